import { Option, type Command } from 'commander';
import { parseWords } from './arguments.js';
import type { Shell } from './operator-deps.js';

/** What every command asks that decides something about a purchase, an account or the catalogue. Its parsed options are an `Operator`. */
export function addWhoAndWhy(command: Command, { userName }: Shell): Command {
  const who = new Option('--who <name>', 'who decides; recorded').argParser(parseWords);
  return command
    .requiredOption('--why <words>', 'the reason; recorded', parseWords)
    .addOption(who.default(userName(), 'the user that runs the command'));
}
