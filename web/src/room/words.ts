// The sentences of this folder come with its parts: only where the clinic uses them. What says them takes `say` from
// here, so that they are there before.
import { bring } from "../words";
import room from "../words/en/room";

bring("room", room);

export { say } from "../words";
