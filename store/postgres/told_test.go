package postgres_test

// What the releases before told, in the form in which they did (testdata).
