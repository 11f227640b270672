/** What the business sells and asks: its catalogue and its forms, as far as messages refer to them. */

import { get } from "./api.js";

let shop = { products: [], flows: [] };

/** Load catalogue and forms of the account behind a number. */
export async function loadShop(phoneNumberId) {
    shop = await get(`shop?phone_number_id=${encodeURIComponent(phoneNumberId)}`);
}

/** Return all articles. */
export const products = () => shop.products;

/** Return an article; one that was taken out meanwhile is shown by its number. */
export function product(retailerId) {
    const found = shop.products.find((one) => one.product_retailer_id === retailerId);
    return found || { product_retailer_id: retailerId, name: retailerId };
}

/** Return a form by its id or name. */
export const form = (idOrName) => shop.flows.find((one) => one.id === idOrName || one.name === idOrName);

/** Return the price of an article in words. */
export function money({ price, currency }) {
    return price === undefined ? "" : `${price.toFixed(2)} ${currency}`;
}
