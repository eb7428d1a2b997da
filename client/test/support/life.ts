/**
 * One life of the app, from launch to kill. Every call of a port has two points, before and after its effect; the life
 * ends at the point it is told to end at: nothing in memory goes on, and what took effect stays.
 */
export interface Life {
  readonly dead: boolean;
  readonly inFlight: number;
  /** The points passed so far, by name, in order. */
  readonly points: readonly string[];
  /** Every method of the port, with its two points. */
  wrap<Port extends object>(name: string, port: Port): Port;
  /** Ends the life at once. */
  kill(): void;
}

type Method = (...input: unknown[]) => Promise<unknown>;

export function createLife(diesAt?: number): Life {
  const points: string[] = [];
  let dead = false;
  let inFlight = 0;

  /** True: the app is no more. */
  function pass(point: string): boolean {
    if (dead) return true;
    points.push(point);
    dead = points.length === diesAt;
    return dead;
  }

  async function call(name: string, effect: () => Promise<unknown>): Promise<unknown> {
    if (pass(`${name}: before`)) return never();
    inFlight++;
    try {
      return await effect();
    } finally {
      inFlight--;
      // Whoever waited for the answer is gone: neither it nor a failure reaches anybody.
      if (pass(`${name}: after`)) await never();
    }
  }

  return {
    get dead() {
      return dead;
    },
    get inFlight() {
      return inFlight;
    },
    points,
    kill() {
      dead = true;
    },
    wrap<Port extends object>(name: string, port: Port): Port {
      const methods = Object.entries(port).filter((entry): entry is [string, Method] => typeof entry[1] === 'function');
      return Object.fromEntries(
        methods.map(([method, run]) => [method, (...input: unknown[]) => call(`${name}.${method}`, () => run(...input))]),
      ) as Port;
    },
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
