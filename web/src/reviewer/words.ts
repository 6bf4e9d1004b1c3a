// The sentences of this folder come with its page. What says them takes `say` from here, so that they are there before.
import { bring } from "../words";
import reviewer from "../words/en/reviewer";

bring("reviewer", reviewer);

export { say } from "../words";
