export { editDistance, isGeneric, isNear, nearest, sharesWord } from '../snapshot/similar.ts'
