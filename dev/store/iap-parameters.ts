import { z } from 'zod';
import { BusinessError, IAPErrorCode, ProductType, PurchaseQueryType } from './iap-types.js';

const PRODUCT_TYPE = z.literal(Object.values(ProductType));
/** Batches are for what can be used up; Huawei allows ten pieces (iap-iap). */
const BATCH_TYPES: readonly ProductType[] = [ProductType.CONSUMABLE, ProductType.NONRENEWABLE];
export const PURCHASE_PARAMETER = z
  .object({ productId: z.string().min(1), productType: PRODUCT_TYPE, quantity: z.int().min(1).max(10).optional() })
  .refine(({ productType, quantity }) => quantity === undefined || BATCH_TYPES.includes(productType));
export const QUERY_PARAMETER = z.object({
  productType: PRODUCT_TYPE,
  queryType: z.literal(Object.values(PurchaseQueryType)).optional(),
  continuationToken: z.string().optional(),
});
export const FINISH_PARAMETER = z.object({
  productType: PRODUCT_TYPE,
  purchaseToken: z.string().min(1),
  purchaseOrderId: z.string().min(1),
});
export const PRODUCTS_PARAMETER = z.object({ productType: PRODUCT_TYPE, productIds: z.array(z.string()).min(1).max(200) });

/** The platform's own check of arguments: an app's mistakes of type show up as code 401. */
export function checkParameter(schema: z.ZodType, parameter: unknown): void {
  const { error } = schema.safeParse(parameter);
  if (error) throw new BusinessError(IAPErrorCode.PARAMETER_ERROR, `Parameter error: ${error.issues[0]?.path.join('.') ?? ''}`);
}
