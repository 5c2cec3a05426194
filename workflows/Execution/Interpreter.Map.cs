using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Workflows.Definitions;
using DurableMl.Workflows.Expressions;

namespace DurableMl.Workflows.Execution;

// Map: a machine for each item.
public sealed partial class Interpreter
{
    // Iterations at a time where the definition sets no limit: what AWS runs of an inline Map.
    private const int StandardConcurrency = 40;

    // Items that are handed on together: few enough for a lost one to matter little, many enough for ten thousand to be some hundreds.
    private const int MostItemsBeside = 25;
    private const int MostBytesBeside = 1 << 20;

    private async Task<Step> RunMapAsync(Visit visit)
    {
        var state = visit.State;
        var isJsonata = state.QueryLanguage == QueryLanguage.Jsonata;
        var input = isJsonata ? visit.Input : EffectiveInput(visit);
        if (!isJsonata)
        {
            visit.Probe?.See("afterInputPath", input);
        }

        var items = visit.Probe?.Items ?? (visit.Probe is null && state.Has("ItemReader")
            ? await ReadItemsAsync(visit, input)
            : isJsonata ? ItemsByExpression(visit) : ItemsByPath(visit, input));
        var concurrency = ConcurrencyOf(visit, input);
        Append(visit.Branch, "MapStateStarted", new JsonObject { ["length"] = items.Count });
        var tolerated = ToleratedOf(visit, input, items.Count);
        if (visit.Probe is { } probe)
        {
            var isLimited = state.Fields.Any(pair => pair.Key.StartsWith("ToleratedFailure", StringComparison.Ordinal));
            return isLimited && probe.FailedIterations > tolerated ? throw ThresholdExceeded() : FinishWithWorked(visit, probe.Answer());
        }

        var mapRun = "";
        if (state.IsDistributed)
        {
            mapRun = MapRunId(state);
            Append(visit.Branch, "MapRunStarted", new JsonObject { ["mapRunArn"] = mapRun });
        }

        var batches = state.IsDistributed && state["ItemBatcher"] is JsonObject ? BatchesOf(visit, input, items) : null;
        var run = new MapRun(this, visit, input, items, batches, tolerated);
        await run.RunAsync(concurrency);
        var written = state.IsDistributed && state["ResultWriter"] is JsonObject ? await WriteResultsAsync(visit, input, run, mapRun) : null;
        if (state.IsDistributed)
        {
            Append(visit.Branch, "MapRunSucceeded");
        }
        else
        {
            visit.Branch.Last = run.LastSucceeded;
        }

        Note(visit.Branch, "MapStateSucceeded");
        return written is null ? FinishBranches(visit, run.Results) : FinishWithWorked(visit, written);
    }

    /// <summary>Runs items of a distributed Map, of which this interpreter's machine is the processor, one after the other.</summary>
    public async Task<IReadOnlyList<ItemOutcome>> RunItemsAsync(IReadOnlyList<MapItem> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var outcomes = new List<ItemOutcome>();
        foreach (var item in items)
        {
            var context = new JsonObject { ["Index"] = item.Index, ["Value"] = item.Value?.DeepClone() };
            try
            {
                var output = await RunMachineAsync(_machine, item.Input, new Branch(new History(), new Variables(), _trunk.Lifetime, context));
                outcomes.Add(new ItemOutcome(IsFailure: false, output?.DeepClone(), null, null));
            }
            catch (WorkflowFailure failure)
            {
                outcomes.Add(new ItemOutcome(IsFailure: true, null, failure.Error, failure.Cause));
            }
        }

        return outcomes;
    }

    private static WorkflowFailure ThresholdExceeded() =>
        new(ErrorNames.ExceedToleratedFailureThreshold, "The specified tolerated failure threshold was exceeded");

    /// <summary>The iterations of a Map state.</summary>
    private sealed class MapRun
    {
        private readonly Interpreter _owner;
        private readonly Visit _visit;
        private readonly JsonNode? _input;
        private readonly JsonArray _items;
        private readonly List<JsonObject>? _batches;
        private readonly double _tolerated;
        private readonly int _started;
        private readonly Lifetime _lifetime;
        private readonly List<WorkflowFailure> _failures = [];
        private readonly SortedDictionary<int, Branch> _underWay = [];
        private int _next;

        public MapRun(Interpreter owner, Visit visit, JsonNode? input, JsonArray items, List<JsonObject>? batches, double tolerated)
        {
            (_owner, _visit, _input, _items, _batches, _tolerated) = (owner, visit, input, items, batches, tolerated);
            _started = LastSucceeded = visit.Branch.Last;
            _lifetime = new Lifetime(visit.Branch.Lifetime);
            Results = new JsonNode?[batches?.Count ?? items.Count];
            Failures = new WorkflowFailure?[Results.Length];
        }

        /// <summary>What the iterations gave; null for one that failed.</summary>
        public JsonNode?[] Results { get; }

        /// <summary>What each iteration failed with; null for one that did not.</summary>
        public WorkflowFailure?[] Failures { get; }

        /// <summary>What an iteration began with.</summary>
        public JsonNode? InputOf(int index) => _owner.ItemAt(_visit, _input, _items, _batches, index).Input;

        /// <summary>The event by which an iteration last succeeded.</summary>
        public int LastSucceeded { get; private set; }

        private State State => _visit.State;

        private bool GoesOn => _next < Results.Length && _failures.Count <= _tolerated;

        /// <summary>Runs all of them.</summary>
        /// <exception cref="WorkflowFailure">More failed than the state tolerates.</exception>
        public async Task RunAsync(int concurrency)
        {
            var most = Math.Clamp(Results.Length / Math.Max(1, concurrency), 1, MostItemsBeside);
            var lanes = Enumerable.Range(0, Math.Min(concurrency, Results.Length)).Select(_ => RunLaneAsync(most));
            await AllOrFirstFailureAsync([.. lanes], () => _failures.Count > _tolerated);
            if (_failures.Count <= _tolerated)
            {
                return;
            }

            _lifetime.End();
            foreach (var (index, branch) in _underWay)
            {
                _owner.Note(branch, "MapIterationAborted", Iteration(index));
            }

            if (!State.IsDistributed)
            {
                throw _failures[0];
            }

            var exceeded = ThresholdExceeded();
            _owner.Append(_visit.Branch, "MapRunFailed", ErrorDetails(exceeded));
            throw exceeded;
        }

        // Lanes take the next item when they are done with one; within a lane, events follow each other.
        private async Task RunLaneAsync(int mostBeside)
        {
            while (GoesOn && State.IsDistributed && _owner._host.CanRunItems)
            {
                await RunBesideAsync(mostBeside);
            }

            for (var previous = _started; GoesOn;)
            {
                previous = await RunOneAsync(_next++, previous);
            }
        }

        // Many items would make the history of one orchestration long; beside it, each lane hands on a few at a time.
        private async Task RunBesideAsync(int most)
        {
            var taken = new List<MapItem>();
            for (var bytes = 0; _next < Results.Length && taken.Count < most && bytes < MostBytesBeside; _next++)
            {
                taken.Add(_owner.ItemAt(_visit, _input, _items, _batches, _next));
                bytes += Encoding.UTF8.GetByteCount(Compact.Write(taken[^1].Value)) + Encoding.UTF8.GetByteCount(Compact.Write(taken[^1].Input));
            }

            var outcomes = await _owner._host.RunItemsAsync(new ItemsRequest(ProcessorOf(State), taken, _owner._started));
            _lifetime.ThrowIfOver();
            foreach (var (item, outcome) in taken.Zip(outcomes))
            {
                Results[item.Index] = outcome.Output?.DeepClone();
                if (outcome.IsFailure)
                {
                    Fail(item.Index, new WorkflowFailure(outcome.Error, outcome.Cause));
                }
            }
        }

        // Gives the event that the next one of the lane follows.
        private async Task<int> RunOneAsync(int index, int previous)
        {
            var item = new JsonObject { ["Index"] = index, ["Value"] = (_batches is null ? _items[index] : _batches[index])?.DeepClone() };
            var branch = State.IsDistributed ? new Branch(new History(), new Variables(), _lifetime, item) : Inside(_visit, _lifetime, item);
            branch.Last = previous;
            _underWay[index] = branch;
            _owner.Append(branch, "MapIterationStarted", Iteration(index));
            try
            {
                Results[index] = await _owner.RunMachineAsync(State.ItemProcessor!, _owner.ItemAt(_visit, _input, _items, _batches, index).Input, branch);
                previous = branch.Last;
                LastSucceeded = _owner.Append(branch, "MapIterationSucceeded", Iteration(index));
            }
            catch (WorkflowFailure failure)
            {
                previous = branch.Last;
                _owner.Note(branch, "MapIterationFailed", Iteration(index));
                Fail(index, failure);
                if (!State.IsDistributed)
                {
                    _visit.Branch.Last = branch.Last;
                }
            }

            _underWay.Remove(index);
            return previous;
        }

        private void Fail(int index, WorkflowFailure failure)
        {
            Failures[index] = failure;
            _failures.Add(failure);
        }

        private JsonObject Iteration(int index) => new() { ["name"] = State.Name, ["index"] = index };
    }
}
