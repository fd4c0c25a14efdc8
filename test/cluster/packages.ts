import { debianPackages } from './harness/packages.ts'

// For `apt-get install $(npm run --silent cluster:packages)`.
console.log(debianPackages.join(' '))
