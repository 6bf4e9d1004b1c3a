// The sentences of this folder come with its parts: only where the clinic uses them. What says them takes `say` from
// here, so that they are there before.
import { bring } from "../words";
import recording from "../words/en/recording";

bring("recording", recording);

export { say } from "../words";
