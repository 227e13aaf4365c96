export function givesOrders(_text: string): boolean {
  return false
}
