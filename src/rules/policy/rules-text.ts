/** `1 rule`, `3 rules`: how many rules a policy has, as the value of its field. */
export const rulesText = (count: number): string => `${count} ${count === 1 ? 'rule' : 'rules'}`
