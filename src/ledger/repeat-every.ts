/**
 * Calls `work`, which never rejects, at each interval, but not while the last call is under way: a ledger that answers
 * slowly is not asked more often for it. Keeps no process alive. Answers with how to stop it.
 */
export function repeatEvery(intervalMs: number, work: () => Promise<void>): () => void {
  let isUnderWay = false;
  const timer = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    void work().finally(() => {
      isUnderWay = false;
    });
  }, intervalMs).unref();
  return () => clearInterval(timer);
}
