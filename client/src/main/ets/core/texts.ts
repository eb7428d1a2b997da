import type { Text } from './ports';

const text = (zh: string, en: string): Text => ({ zh, en });

const LATER = text('商店暂时无法完成购买，请稍后再试。', 'The store cannot complete the purchase right now. Please try again later.');
const ITEM_SET_UP = text('此商品暂时无法购买，请联系客服。', 'This item cannot be bought at the moment. Please contact support.');
const APP_SET_UP = text('暂时无法购买，请联系客服。', 'Purchases are not possible at the moment. Please contact support.');
const TEST_SET_UP = text(
  '测试环境未正确配置：请使用调试签名的应用和测试账号。',
  'The test set-up is not complete: use a debug-signed app and a test account.',
);

/** A sentence for the player for each code of the store's and of the kit's. */
const TEXTS: Readonly<Record<string, Text>> = {
  GRANTED: text('商品已到账。', 'Your purchase has been delivered.'),
  PENDING: text('已付款，商品正在发放，请稍候。', 'Paid. Your purchase is on its way.'),
  OUTCOME_UNKNOWN: text(
    '暂时无法确认付款结果。如已扣款，商品会自动补发，请不要重复购买。',
    'We cannot tell yet whether the payment went through. If you were charged, your purchase will arrive by itself; please do not buy it again.',
  ),
  NOT_COMPLETED: text('付款尚未完成，完成后商品会自动发放。', 'The payment is not complete yet. Your purchase will arrive once it is.'),
  BACKEND_UNREACHABLE: text(
    '暂时连不上服务器，购买未开始，也没有扣款。请检查网络后重试。',
    'The server cannot be reached, so the purchase was not started and nothing was charged. Please check your connection and try again.',
  ),
  STORE_BUSY: text(
    '商店繁忙，购买未开始，也没有扣款。请稍后再试。',
    'The store is busy, so the purchase was not started and nothing was charged. Please try again in a moment.',
  ),
  DELIVERY_DELAYED: text(
    '暂时连不上服务器。已付款的商品会在恢复连接后自动到账，请不要重复购买。',
    'The server cannot be reached. What you paid for will arrive by itself once it can; please do not buy it again.',
  ),
  OWNED_BY_ANOTHER_ACCOUNT: text(
    '该订单属于另一个游戏账号，请用购买时的账号登录。',
    'This purchase belongs to another account. Please sign in with the account that bought it.',
  ),
  ACCOUNT_CHANGED: text(
    '账号已切换，原账号的购买会在其下次登录时到账。',
    'The account was switched. The purchase arrives when its own account signs in again.',
  ),
  CREDENTIALS_INVALID: text(
    '登录已过期，请重新登录游戏账号。已付款的商品不会丢失。',
    'You have been signed out. Please sign in to the game again; nothing you paid for is lost.',
  ),
  NOT_LOGGED_IN: text('请先登录游戏账号。', 'Please sign in first.'),
  PRODUCT_UNKNOWN: ITEM_SET_UP,
  QUANTITY_INVALID: text('购买数量无效。', 'This quantity cannot be bought.'),
  DEVICE_TOO_OLD: text('系统版本过低，请升级系统后再购买。', 'This device’s system is too old for this purchase. Please update it.'),
  SUBSCRIPTION_UNSUPPORTED: text('暂不支持订阅商品。', 'Subscriptions are not supported yet.'),
  PURCHASE_REVOKED: text('该订单已退款。', 'This purchase has been refunded.'),
  FINISHED_ELSEWHERE: text('该订单此前已发放。', 'This purchase was delivered before.'),
  EVIDENCE_UNREADABLE: text(
    '暂时无法识别该购买凭证，请更新应用或联系客服。',
    'This purchase cannot be read yet. Please update the app or contact support.',
  ),
  READY: text('可以购买。', 'Purchases are available.'),
  PARAMETER_ERROR: APP_SET_UP,
  DEVICE_UNSUPPORTED: text('此设备不支持应用内购买。', 'This device does not support in-app purchases.'),
  USER_CANCELED: text('已取消购买。', 'The purchase was cancelled.'),
  SYSTEM_ERROR: LATER,
  APP_NOT_AUTHORIZED: APP_SET_UP,
  INVALID_PRODUCT: ITEM_SET_UP,
  FREQUENT_CALLS: LATER,
  NETWORK_ERROR: text('网络异常，请检查网络后重试。', 'There is a problem with the network. Please check it and try again.'),
  PRODUCT_TERRITORY_NOT_SUPPORTED: text('此商品在您所在的地区不可购买。', 'This item is not available in your region.'),
  ACCOUNT_NOT_LOGGED_IN: text('请先登录华为账号。', 'Please sign in to your HUAWEI ID first.'),
  PRODUCT_OWNED: text(
    '您已拥有此商品，或上一笔订单尚在处理中，请稍后再试。',
    'You own this item already, or an earlier order of it is still being processed. Please try again later.',
  ),
  PURCHASE_NOT_PAID: text('该订单尚未付款。', 'This order has not been paid.'),
  PURCHASE_FINISHED: text('该订单已完成。', 'This order is complete.'),
  ACCOUNT_TERRITORY_NOT_SUPPORTED: text(
    '您的华为账号所在地区不支持应用内购买。',
    'In-app purchases are not available in the region of your HUAWEI ID.',
  ),
  USER_NOT_ALLOWED: text(
    '华为账号暂时无法付款，请联系华为客服。',
    'Your HUAWEI ID cannot make payments right now. Please contact HUAWEI support.',
  ),
  APP_NOT_DEBUG: TEST_SET_UP,
  ACCOUNT_NOT_TEST: TEST_SET_UP,
  INVALID_PROMOTIONAL_OFFER: text('该优惠不可用。', 'This offer is not available.'),
  INVALID_PURCHASE_SIGNATURE: APP_SET_UP,
  PURCHASE_ALREADY_REFUNDED: text('该订单已退款。', 'This purchase has been refunded already.'),
  REFUND_NOT_ALLOWED: text('该订单不支持退款。', 'This order cannot be refunded.'),
};

/** A code without a sentence of its own gets one that is true of every paid order. */
const UNKNOWN = text(
  '购买暂时无法完成，已付款的商品不会丢失。',
  'The purchase cannot be completed right now; nothing you paid for is lost.',
);

export function textOf(code: string, otherwise = UNKNOWN): Text {
  // A code comes from outside, and every object has properties of its own.
  return Object.prototype.hasOwnProperty.call(TEXTS, code) ? (TEXTS[code] ?? otherwise) : otherwise;
}
