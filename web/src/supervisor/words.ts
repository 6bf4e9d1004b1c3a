// The sentences of this folder come with its page. What says them takes `say` from here, so that they are there before.
import { bring } from "../words";
import supervisor from "../words/en/supervisor";

bring("supervisor", supervisor);

export { say } from "../words";
