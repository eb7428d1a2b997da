import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { countClosingTable, holds, renderClosingTable } from './demo/closing-table.js';
import { renderPrintedCalls } from './demo/printed-calls.js';
import { createStage } from './demo/story.js';
import { STORIES } from './demo/stories.js';
import { openStack, type Stack } from './stack/stack.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const lastLines: string[] = [];

/** Servers are quiet unless something fails; then their last words are shown. */
function remember(line: string): void {
  lastLines.push(line);
  if (lastLines.length > 40) lastLines.shift();
}

async function runDemo(stack: Stack): Promise<boolean> {
  const stage = createStage(stack, (line) => say(`   ${line}`));
  for (const [index, { title, run }] of STORIES.entries()) {
    say(`\n${index + 1} · ${title}`);
    await run(stage);
  }
  const table = await countClosingTable(stack.db, stage.paidOrders);
  say(`\nThe closing table, counted in the ledger:\n\n${renderClosingTable(table)}\n`);
  return holds(table);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
  const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  say('dropless: bringing up the parts…');
  const stack = await openStack({ say, log: remember });
  try {
    const demo = runDemo(stack);
    const held = await Promise.race([demo, interrupted.then(() => undefined)]);
    if (held === undefined || values.exit) return held === false ? 1 : 0;
    say(renderPrintedCalls(stack));
    await interrupted;
    return held ? 0 : 1;
  } finally {
    say('stopping…');
    await stack.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  say(lastLines.join('\n'));
  say(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
