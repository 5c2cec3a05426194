using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

// Parallel, and what it shares with Map: both run machines of their own.
public sealed partial class Interpreter
{
    private async Task<Step> RunParallelAsync(Visit visit)
    {
        var state = visit.State;
        JsonNode? input;
        if (state.QueryLanguage == QueryLanguage.Jsonata)
        {
            input = state.Has("Arguments") ? QueriesFor(visit).Fill(state["Arguments"], "Arguments") : visit.Input;
        }
        else
        {
            var effective = EffectiveInput(visit);
            input = state.Has("Parameters") ? ScopeFor(visit, effective).Fill(state["Parameters"]) : effective;
        }

        if (visit.Probe is { } probe)
        {
            return FinishWithWorked(visit, probe.Answer());
        }

        Append(visit.Branch, "ParallelStateStarted");
        var lifetime = new Lifetime(visit.Branch.Lifetime);
        var branches = state.Branches.Select(_ => Inside(visit, lifetime)).ToList();
        var results = new JsonNode?[branches.Count];
        WorkflowFailure? failure = null;

        async Task RunBranchAsync(int i)
        {
            try
            {
                results[i] = await RunMachineAsync(state.Branches[i], input?.DeepClone(), branches[i]);
            }
            catch (WorkflowFailure failed)
            {
                failure ??= failed;
            }

            visit.Branch.Last = branches[i].Last;
        }

        await AllOrFirstFailureAsync([.. Enumerable.Range(0, branches.Count).Select(RunBranchAsync)], () => failure is not null);
        if (failure is not null)
        {
            lifetime.End();
            throw failure;
        }

        Note(visit.Branch, "ParallelStateSucceeded");
        return FinishBranches(visit, results);
    }

    // What fails is not held up by the branches beside it, which may wait for days.
    private static async Task AllOrFirstFailureAsync(List<Task> running, Func<bool> hasFailed)
    {
        while (running.Count > 0 && !hasFailed())
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            await ended;
        }
    }

    private static Branch Inside(Visit visit, Lifetime lifetime, JsonObject? item = null) =>
        new(visit.Branch.History, new Variables(visit.Branch.Variables), lifetime, item ?? visit.Branch.MapItem) { Last = visit.Branch.Last };

    private Step FinishBranches(Visit visit, IEnumerable<JsonNode?> results) => FinishWithWorked(visit, new JsonArray([.. results.Select(item => item?.DeepClone())]));

    private Step FinishWithWorked(Visit visit, JsonNode result) =>
        visit.State.QueryLanguage == QueryLanguage.Jsonata
            ? Finish(visit, QueriesFor(visit).With("result", result), result)
            : FinishWithSelected(visit, result);
}
