/** What the caller does next: the one fact that an answer has to carry beside its code. */
export type NextStep =
  | 'none' // Nothing to do: the answer is final, or the work is ours.
  | 'ask-again' // The same request later: pending, or our trouble.
  | 'fresh-evidence' // Query the store again and submit the newly signed copy.
  | 'fix-request' // The request or its credentials are wrong; repeating it changes nothing.
  | 'contact-support'; // A person decides; keep presenting the order meanwhile.

interface ErrorFacts {
  /** True: no repetition of this request will ever be answered otherwise. */
  readonly final: boolean;
  readonly next: NextStep;
  readonly en: string;
  readonly zh: string;
}

const facts = (final: boolean, next: NextStep, en: string, zh: string): ErrorFacts => ({ final, next, en, zh });

/**
 * Every code that a caller, an operator or a log can meet. A code is public and never renamed.
 * "Invalid" codes are final; "cannot tell yet" codes are not: a dead network is not a forged receipt.
 */
export const ERROR_CODES = {
  // Requests and callers
  REQUEST_MALFORMED: facts(true, 'fix-request', 'The request is not of the documented shape.', '请求格式不正确。'),
  REQUEST_TOO_LARGE: facts(true, 'fix-request', 'The request body is larger than allowed.', '请求内容过大。'),
  REQUEST_TIMEOUT: facts(false, 'ask-again', 'The request did not arrive in time.', '请求未能及时送达，请重试。'),
  ROUTE_NOT_FOUND: facts(true, 'fix-request', 'There is no such address.', '该地址不存在。'),
  CREDENTIALS_MISSING: facts(false, 'fix-request', 'The call carries no credentials.', '请求缺少凭证。'),
  CREDENTIALS_INVALID: facts(false, 'fix-request', 'The credentials are not valid, or no longer.', '凭证无效或已过期。'),
  ISSUER_UNAVAILABLE: facts(false, 'ask-again', 'The keys of the token’s issuer cannot be reached; the token may well be good.', '暂时无法验证登录凭证，请稍后再试。'),
  CALLER_NOT_ALLOWED: facts(true, 'fix-request', 'This caller may not do this.', '当前调用方无权执行此操作。'),
  RATE_LIMITED: facts(false, 'ask-again', 'Too many requests; wait as long as Retry-After says.', '请求过于频繁，请稍后再试。'),
  INTERNAL_ERROR: facts(false, 'ask-again', 'Something failed on our side; nothing was lost.', '服务暂时出错，购买不会丢失，请稍后再试。'),
  LEDGER_UNAVAILABLE: facts(false, 'ask-again', 'The ledger cannot be reached; nothing was accepted.', '服务暂时不可用，请稍后再试，购买不会丢失。'),
  PURCHASE_NOT_FOUND: facts(false, 'ask-again', 'This order has not reached us.', '尚未收到该订单。'),
  ACCOUNT_REQUIRED: facts(true, 'fix-request', 'The call must name the account it acts for.', '请求必须指明账号。'),

  // Evidence: invalid
  JWS_MALFORMED: facts(true, 'fix-request', 'The evidence is not a compact JWS as the store makes it.', '购买凭证格式不正确。'),
  JWS_HEADER_REFUSED: facts(true, 'fix-request', 'The JWS header is not the one the store documents.', '购买凭证的头部不符合规范。'),
  JWS_CHAIN_INVALID: facts(true, 'fix-request', 'The certificates do not lead to the store’s root.', '购买凭证的证书链无效。'),
  JWS_CERTIFICATE_NOT_FOR_PURCHASES: facts(true, 'fix-request', 'The certificate was not issued for signing purchases.', '证书不是用于签署购买凭证的。'),
  JWS_SIGNATURE_INVALID: facts(true, 'fix-request', 'The signature does not fit the evidence.', '购买凭证签名无效。'),
  WRONG_DOCUMENT: facts(true, 'fix-request', 'The store signed this, but it is not a purchase.', '该凭证不是购买凭证。'),
  // Evidence: cannot tell yet
  JWS_CERTIFICATE_EXPIRED: facts(false, 'fresh-evidence', 'The signing certificate has expired since; ask the store for a fresh copy.', '签名证书已过期，请重新查询订单并提交。'),
  CLOCK_OR_CERTIFICATE_EARLY: facts(false, 'fresh-evidence', 'The signing certificate or time lies a little ahead of our clock.', '签名证书尚未生效，请稍后重新提交。'),
  CERTIFICATE_REVOKED: facts(false, 'fresh-evidence', 'A certificate behind the evidence has been revoked; ask the store for a fresh copy.', '签名证书已被吊销，请重新查询订单并提交。'),
  REVOCATION_UNKNOWN: facts(false, 'ask-again', 'It is not known yet whether the signing certificates have been revoked.', '尚无法确认签名证书是否被吊销，请稍后再试。'),
  PAYLOAD_UNREADABLE: facts(false, 'contact-support', 'The store signed this, but we cannot read which order it is; it is kept.', '凭证内容暂无法识别，已保存，请联系客服。'),
  NOT_COMPLETED: facts(false, 'fresh-evidence', 'The store says the payment has not completed yet.', '支付尚未完成，请稍后重新查询。'),
  APPLICATION_UNKNOWN: facts(false, 'contact-support', 'The catalogue does not know this application.', '该应用尚未配置。'),
  ENVIRONMENT_UNKNOWN: facts(false, 'contact-support', 'The application does not take orders of this environment.', '该应用不接受此环境的订单。'),
  APPLICATION_NOT_ALLOWED: facts(false, 'fix-request', 'The order is of an application or environment this caller does not act for.', '该订单不属于当前调用方的应用或环境。'),

  // Purchases
  PENDING: facts(false, 'ask-again', 'Paid and recorded; the goods are on their way.', '已付款并已记录，商品正在发放，请稍候。'),
  ORDER_ID_CONFLICT: facts(true, 'contact-support', 'This order id is already known from another application or environment.', '订单号与其他应用或环境的订单冲突，请联系客服。'),
  OWNED_BY_ANOTHER_ACCOUNT: facts(false, 'contact-support', 'This order belongs to another account.', '该订单属于另一个游戏账号。'),
  PURCHASE_REVOKED: facts(true, 'none', 'The store has revoked this purchase.', '该购买已退款或被撤销。'),
  PURCHASE_REFUSED: facts(true, 'contact-support', 'An operator has closed this order without goods.', '该订单已由客服关闭，如有疑问请联系客服。'),

  // Parked: a person or new knowledge is needed; the order waits
  PRODUCT_UNKNOWN: facts(false, 'ask-again', 'Paid and recorded; the catalogue does not know the product yet.', '已付款并已记录，商品尚未配置，客服会处理。'),
  PRODUCT_TYPE_MISMATCH: facts(false, 'contact-support', 'The store and the catalogue disagree on the product’s type.', '商品类型与配置不一致，客服会处理。'),
  SUBSCRIPTION_UNSUPPORTED: facts(false, 'contact-support', 'Auto-renewable subscriptions are stored but not fulfilled yet.', '暂不支持自动续期订阅，订单已保存。'),
  PAYLOAD_UNEXPECTED: facts(false, 'contact-support', 'The store signed a value that we do not understand.', '订单内容有无法识别的取值，已保存，客服会处理。'),
  AMOUNT_TOO_LARGE: facts(false, 'contact-support', 'The order is worth more than the balance can hold.', '商品数量超出账户余额上限，订单已保存，客服会处理。'),
  OWNER_UNKNOWN: facts(false, 'contact-support', 'Paid and recorded; it is not known whose order this is.', '已付款并已记录，尚不能确定所属账号，请联系客服。'),
  FINISHED_ELSEWHERE: facts(false, 'contact-support', 'The store says this order was delivered before dropless knew it.', '该订单在接入前已被确认发货，请联系客服。'),
  BEFORE_ADOPTION: facts(false, 'contact-support', 'This order is older than dropless in this application.', '该订单早于本系统接入时间，请联系客服。'),
  EVIDENCE_KEY_MISSING: facts(false, 'contact-support', 'The key that the evidence was encrypted with is not in the key ring.', '服务配置缺少密钥，订单已保存，客服会处理。'),
  EVIDENCE_INVALID: facts(false, 'contact-support', 'The stored evidence does not verify again.', '已存凭证复核未通过，客服会处理。'),

  // Balances
  BALANCE_TOO_LOW: facts(false, 'none', 'The balance is lower than the amount.', '余额不足。'),
  IDEMPOTENCY_KEY_REUSED: facts(true, 'fix-request', 'This idempotency key was used with another request.', '幂等键已用于另一个请求。'),

  // Operator's acts and start-up
  PARK_NUMBER_STALE: facts(true, 'none', 'The order is not parked under this number any more; look again.', '该订单的挂起编号已失效，请重新查看。'),
  NOT_PARKED: facts(true, 'none', 'The order is not parked.', '该订单未被挂起。'),
  RELEASE_IMPOSSIBLE: facts(false, 'none', 'Nothing can be granted yet: mend what the reason names first.', '当前无法发放：请先处理挂起原因。'),
  ALREADY_OWNED: facts(true, 'none', 'The order has an owner already.', '该订单已有所属账号。'),
  ENGINE_UNAVAILABLE: facts(false, 'ask-again', 'Temporal cannot be reached; try again.', 'Temporal 暂不可用，请稍后再试。'),
  ACCOUNT_UNKNOWN: facts(true, 'none', 'There is no such account.', '没有该账号。'),
  API_KEY_UNKNOWN: facts(true, 'none', 'There is no such API key, or it is revoked already.', '没有该 API 密钥，或已被撤销。'),
  CATALOGUE_INVALID: facts(true, 'fix-request', 'The catalogue has a fault.', '商品目录有错误。'),
  CONFIGURATION_INVALID: facts(true, 'fix-request', 'The configuration has a fault.', '配置有错误。'),
  SCHEMA_TOO_OLD: facts(false, 'none', 'The database schema is older than this program: run `dropless migrate`.', '数据库结构过旧，请运行 dropless migrate。'),
  SCHEMA_TOO_NEW: facts(false, 'none', 'The database schema is newer than this program can serve.', '数据库结构比程序新，请升级程序。'),
  DURABILITY_NOT_PROMISED: facts(false, 'none', 'The database may lose a commit it has confirmed; see docs/configuration.md.', '数据库可能丢失已确认的提交，详见配置文档。'),
} as const satisfies Record<string, ErrorFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;
