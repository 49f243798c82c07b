// Answers questions about IAM policies: who may do what, with which request.
//
// Standard input is a JSON array of questions
//   {principal, action, resource, account, context, identityPolicies: [document], resourcePolicy?: document}
// and standard output the array of answers {result, ignored} in the same order. result is "Allowed",
// "ImplicitlyDenied", "ExplicitlyDenied" or, for a question that makes no sense, "error: …"; ignored are the
// context keys that the simulator does not know for the action: a question that has any was not answered.
import { runSimulation } from '@cloud-copilot/iam-simulate'
import { text } from 'node:stream/consumers'

async function answer(q) {
  const r = await runSimulation({
    request: {
      principal: q.principal,
      action: q.action,
      resource: { resource: q.resource, accountId: q.account },
      contextVariables: q.context,
    },
    identityPolicies: q.identityPolicies.map((policy, i) => ({ name: `policy${i}`, policy })),
    resourcePolicy: q.resourcePolicy,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {})
  if (r.resultType === 'error') return { result: 'error: ' + JSON.stringify(r.errors) }
  return {
    result: r.overallResult ?? r.result?.evaluationResult ?? 'error: ' + JSON.stringify(r),
    ignored: r.ignoredContextKeys ?? r.result?.ignoredContextKeys ?? [],
  }
}

const questions = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await Promise.all(questions.map(answer))))
