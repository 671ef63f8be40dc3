import { chatDoor } from './chat-door.ts';
import type { Door } from './door.ts';
import { messagesDoor } from './messages-door.ts';
import { nativeDoor } from './native-door.ts';
import { responsesDoor } from './responses-door.ts';

/** Every public dialect that answers questions; the native one, which passes Gemini's own answer, is what the others are held to. */
export const allDoors: readonly Door[] = [nativeDoor, chatDoor, responsesDoor, messagesDoor];

/** Each door both ways. */
export const allWays: readonly (readonly [Door, stream: boolean])[] = allDoors.flatMap((door) => [[door, false] as const, [door, true] as const]);
