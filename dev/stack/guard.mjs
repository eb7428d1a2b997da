// Ends another process when the one that started both is gone, however it went: its end of our stdin closes even at SIGKILL.
// Plain JavaScript: it has to run from the sources, where nothing is compiled yet.
import process from 'node:process';

const [, , pidText, signal] = process.argv;
const pid = Number(pidText);
const STOP_TIMEOUT_MS = 10_000;

process.stdin.on('error', () => undefined);
process.stdin.on('close', end);
process.stdin.resume();

function end() {
  kill(signal);
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  const timer = setInterval(() => {
    if (!isAlive()) clearInterval(timer);
    else if (Date.now() > deadline) kill('SIGKILL');
  }, 100);
}

function kill(name) {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already.
  }
}

function isAlive() {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
