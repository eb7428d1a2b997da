import { z } from 'zod';
import type { Application, Catalogue, Grants, Product } from './catalogue.js';
import { DroplessError } from './errors.js';
import { ENVIRONMENTS } from './ids.js';
import { PRODUCT_TYPES } from './purchase.js';

/** PostgreSQL's bigint is what an amount has to fit in, times the largest quantity the store sells at once. */
const AMOUNT_MAX = 10n ** 15n;

const name = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'letters, digits, dot, underscore and dash, 1 to 64 of them');

const amount = z
  .union([z.int().positive(), z.string().regex(/^[1-9][0-9]*$/, 'a whole number above zero')])
  .refine((value) => BigInt(value) <= AMOUNT_MAX, `at most ${AMOUNT_MAX}`)
  .describe('Minor units for one unit of the product; a string for amounts beyond 2^53.');

const duration = z
  .string()
  .regex(/^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/, 'an ISO 8601 duration such as P1M or P30D')
  .regex(/[1-9]/, 'longer than nothing')
  // What PostgreSQL adds to a date has to stay a date, ten times over.
  .refine((text) => !/\d{5}/.test(text) && !/[1-9]\d{2,}Y/.test(text), 'at most four digits a part, and 99 years');

const grant = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('currency'), currency: name, amount }),
  z.strictObject({ kind: z.literal('entitlement'), entitlement: name, duration: duration.optional() }),
]);

const product = z.strictObject({
  productId: z.string().min(1).max(256),
  type: z.enum(PRODUCT_TYPES),
  // One row a purchase and entitlement: the same one twice could never be granted.
  grants: z
    .array(grant)
    .min(1)
    .refine((all) => isUnique(all.flatMap(toEntitlementName)), 'an entitlement stands here twice'),
});

const application = z.strictObject({
  applicationId: z.string().regex(/^[0-9]{1,128}$/, 'digits, as a string: the number is beyond 2^53'),
  packageName: z.string().min(1).max(256),
  realm: name,
  environments: z.array(z.enum(ENVIRONMENTS)).min(1),
  adoptedAt: z.iso.datetime({ offset: true }).describe('Orders paid before this moment are another system’s.'),
  firstPresenter: z
    .strictObject({ allowed: z.boolean(), maxAgeHours: z.int().positive().default(72) })
    .default({ allowed: true, maxAgeHours: 72 })
    .describe('Whether an order without a developerPayload goes to the first authenticated account that presents it.'),
  products: z.array(product).refine((all) => isUnique(all.map((each) => each.productId)), 'a productId stands here twice'),
});

/** The catalogue file; `catalogue.schema.json` is made from it, for editors. */
export const catalogueSchema = z.strictObject({
  $schema: z.string().optional(),
  applications: z
    .array(application)
    .min(1)
    .refine((all) => isUnique(all.map((each) => each.applicationId)), 'an applicationId stands here twice'),
});

/**
 * Reads a catalogue file's content.
 * @throws {DroplessError} `CATALOGUE_INVALID`, naming the path of the first fault
 */
export function parseCatalogue(content: unknown, version: number): Catalogue {
  const parsed = catalogueSchema.safeParse(content);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.join('.') ?? '';
    throw new DroplessError('CATALOGUE_INVALID', { field: `${path === '' ? 'the file' : path}: ${issue?.message ?? ''}` });
  }
  const applications = parsed.data.applications.map((each): [string, Application] => [each.applicationId, toApplication(each)]);
  return { version, applications: new Map(applications) };
}

function toApplication({ products, adoptedAt, ...rest }: z.output<typeof application>): Application {
  return {
    ...rest,
    adoptedAt: new Date(adoptedAt),
    products: new Map(products.map((each): [string, Product] => [each.productId, { ...each, grants: each.grants.map(toGrants) }])),
  };
}

function toGrants(each: z.output<typeof grant>): Grants {
  return each.kind === 'currency' ? { ...each, amount: BigInt(each.amount) } : each;
}

function toEntitlementName(each: z.output<typeof grant>): string[] {
  return each.kind === 'entitlement' ? [each.entitlement] : [];
}

function isUnique(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
