// Some of the questions of `--access` to @cloud-copilot/iam-simulate, which is installed when it is
// asked for and runs here, in a process of its own. Its form without validation is asked, which is
// the faster one.
//
// Usage: node simulate.mjs QUESTIONS.json
// Prints one JSON object; times are CPU time.

import { readFileSync } from 'node:fs'
import { runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

const { account, documents, scps, principals, context, questions } = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const named = documents.map((policy, n) => ({ name: `p${n}`, policy }))
const levels = scps.map((policy, n) => ({ orgIdentifier: `level-${n}`, policies: [{ name: `scp${n}`, policy }] }))
const simulations = questions.map(([who, action, resource]) => {
  const { arn, identity, boundary } = principals[who]
  return {
    request: {
      principal: arn, action, resource: { resource, accountId: account },
      contextVariables: { ...context, 'aws:PrincipalArn': arn },
    },
    identityPolicies: identity.map((n) => named[n]),
    permissionBoundaryPolicies: boundary === null ? undefined : [named[boundary]],
    serviceControlPolicies: levels,
    resourceControlPolicies: [],
    resourcePolicy: undefined,
  }
})
const ask = (one) => {
  try {
    const result = runUnsafeSimulation(one, {})
    return result === 'Allowed' ? 'allow' : result.endsWith('Denied') ? 'deny' : result
  } catch (error) {
    return `failed: ${error.message}`
  }
}
// What compiling its own code takes is not counted.
simulations.slice(0, 1000).forEach(ask)
const began = process.cpuUsage()
const answers = simulations.map(ask)
const took = process.cpuUsage(began)
console.log(JSON.stringify({ seconds: (took.user + took.system) / 1e6, answers }))
