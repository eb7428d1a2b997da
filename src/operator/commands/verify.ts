import { InvalidArgumentError, type Command } from 'commander';
import { z } from 'zod';
import { readTextArgument } from '../arguments.js';
import { checkAgainstCatalogue, type CatalogueJudgement } from '../check-against-catalogue.js';
import type { Shell } from '../operator-deps.js';
import { parseCatalogueText } from '../parse-catalogue-text.js';
import { renderJudgement } from '../render-judgement.js';
import type { Catalogue } from '../../domain/catalogue.js';
import { ERROR_CODES } from '../../domain/error-codes.js';
import { DroplessError } from '../../domain/errors.js';
import { createVerifier, renderReport, signedTimeOf, toReport, type Verification } from '../../store/index.js';

interface VerifyOptions {
  readonly at?: Date | 'signed';
  readonly catalogue?: Catalogue;
  readonly json?: true;
}

const timeSchema = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);

export function addVerifyCommand(program: Command, shell: Shell): void {
  program
    .command('verify')
    .description(
      'Judge a purchase that the store signed, check by check. Needs no database. Exit 0 valid, 1 invalid or undecided, 2 usage.',
    )
    .argument('<file>', 'a purchaseData or a bare JWS; - for standard input', readTextArgument)
    .option('--at <time>', 'judge as of this time (ISO 8601), or as of the `signed` time; now unless said otherwise', parseTime)
    .option('--catalogue <file>', 'judge also whether a new order would be granted under this catalogue; exit 1 if not', parseCatalogueFile)
    .option('--json', 'for programs')
    .action((evidence: string, options: VerifyOptions) => verify(shell, evidence.trim(), options));
}

async function verify(shell: Shell, evidence: string, { at = new Date(), catalogue, json }: VerifyOptions): Promise<void> {
  // Evidence without a readable time is refused before any time is asked for.
  const judgedAt = at === 'signed' ? (signedTimeOf(evidence) ?? new Date()) : at;
  const verification = await createVerifier({ trustedRoots: shell.trustedRoots() }).verify(evidence, judgedAt);
  const judgements = catalogue === undefined ? undefined : judge(verification, catalogue);
  if (json) shell.printJson({ ...toDocument(verification, judgedAt), ...(judgements && { catalogue: judgements }) });
  else shell.print(renderAll(verification, judgedAt, judgements ?? []));
  const refused = verification.verdict.kind !== 'valid' || judgements?.some(({ obstacles }) => obstacles.length > 0);
  if (refused) shell.exitWith(1);
}

function judge({ verdict }: Verification, catalogue: Catalogue): CatalogueJudgement[] {
  return verdict.kind === 'valid' ? verdict.purchases.map((purchase) => checkAgainstCatalogue(purchase, catalogue)) : [];
}

function renderAll(verification: Verification, judgedAt: Date, judgements: readonly CatalogueJudgement[]): string[] {
  return [...renderReport(toReport(verification, judgedAt)).split('\n'), ...judgements.flatMap(renderJudgement)];
}

function toDocument(verification: Verification, judgedAt: Date) {
  const { verdict } = verification;
  const report = toReport(verification, judgedAt);
  if (verdict.kind === 'valid') return { ...report, document: verdict.document, purchases: verdict.purchases };
  const { final, en } = ERROR_CODES[verdict.code];
  return { ...report, final, message: en };
}

function parseTime(text: string): Date | 'signed' {
  if (text === 'signed') return text;
  const parsed = timeSchema.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('A time such as 2026-02-28T12:00:00Z is needed, or the word signed.');
  return new Date(parsed.data);
}

/** A faulty catalogue is wrong usage here: exit 1 says something of the purchase alone. */
function parseCatalogueFile(path: string): Catalogue {
  try {
    return parseCatalogueText(readTextArgument(path)).catalogue;
  } catch (error) {
    if (error instanceof DroplessError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
