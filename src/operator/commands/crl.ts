import type { Command } from 'commander';
import { DroplessError } from '../../domain/errors.js';
import type { Database } from '../../ledger/database.js';
import { type Refreshed, refreshLists } from '../../revocation/refresh-lists.js';
import { rememberCertificates } from '../../revocation/remember-certificates.js';
import { type Certificate, createVerifier, signedTimeOf } from '../../store/index.js';
import { readTextArgument } from '../arguments.js';
import { withLedger } from '../open-parts.js';
import type { Shell } from '../operator-deps.js';

export function addCrlCommands(program: Command, shell: Shell): void {
  const crl = program.command('crl').description('The store’s certificate revocation lists.');
  crl
    .command('fetch')
    .description('Fetch the revocation lists of every certificate that was seen, verify and keep them. Exit 1 if one cannot be had.')
    .argument('[file]', 'a purchaseData or a bare JWS, whose certificates are remembered first; - for standard input', readTextArgument)
    .action((evidence: string | undefined) =>
      withLedger(shell, async (db) => {
        if (evidence !== undefined) await remember(db, evidence.trim(), shell.trustedRoots());
        const refreshed = await refreshLists(
          { db, now: () => new Date(), alarm: () => undefined, download: shell.listDownload },
          { all: true },
        );
        shell.print(refreshed.length === 0 ? [NOTHING_SEEN] : refreshed.map(toLine));
        if (refreshed.length === 0 || refreshed.some(({ fault }) => fault !== undefined)) shell.exitWith(1);
      }),
    );
}

const NOTHING_SEEN = 'No certificate has been seen yet that names a list. With a file of a purchase: dropless crl fetch FILE';

function toLine({ issuer, url, list, fault }: Refreshed): string {
  const outcome =
    list === undefined
      ? `FAILED: ${fault ?? ''}`
      : `list ${list.number} of ${list.thisUpdate.toISOString()}, valid until ${list.nextUpdate.toISOString()}`;
  return `${issuer}: ${outcome} (${url})`;
}

/** @throws {DroplessError} the verdict's code, where the store did not sign it: a stranger's certificates name no hosts to us */
async function remember(db: Database, evidence: string, trustedRoots: readonly string[]): Promise<void> {
  const paths: (readonly Certificate[])[] = [];
  const revocation = { policy: 'off', lists: () => [], onPath: (path: readonly Certificate[]) => void paths.push(path) } as const;
  const { verdict } = await createVerifier({ trustedRoots, revocation }).verify(evidence, signedTimeOf(evidence) ?? new Date());
  if (paths.length === 0 && verdict.kind !== 'valid') throw new DroplessError(verdict.code);
  for (const path of paths) await rememberCertificates(db, path);
}
