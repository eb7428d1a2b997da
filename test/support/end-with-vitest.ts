// A test process that is stuck in a test would outlive a run that was killed, and with it the servers that it started.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
