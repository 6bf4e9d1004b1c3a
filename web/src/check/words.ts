// The check's sentences come with its page: only who checks needs them. What says them takes
// `say` from here, so that they are there before.
import { bring } from "../words";
import check from "../words/en/check";

bring("check", check);

export { say } from "../words";
