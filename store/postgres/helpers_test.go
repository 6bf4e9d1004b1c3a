package postgres_test

import "perci.health/careline/store/storetest"

const chart = storetest.Chart

var noon = storetest.Noon
