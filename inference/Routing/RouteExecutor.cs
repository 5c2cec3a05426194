using DurableMl.Inference.Experiments;
using DurableMl.Inference.Protocol;
using DurableMl.Inference.Registry;
using DurableMl.Inference.Serving;
using DurableMl.Inference.Sessions;
using DurableMl.Inference.Tensors;
using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Routing;

/// <summary>Carries out the route that a model's traffic rules choose for a request, and counts what came of it.</summary>
internal sealed class RouteExecutor(
    ModelCatalog catalog, SessionCache sessions, Ensemble ensemble, ExperimentLog experiments, ShadowRunner shadows, CanaryKeeper canaries, TimeProvider time)
{
    public async Task<InferResponse> ExecuteAsync(ModelState state, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        TrafficPlan plan = state.Traffic;
        (Route route, string prefix) = plan.Choose(request, headers);
        if (route is VersionRoute { Target: var target } && plan.Rules == TrafficRules.Default)
        {
            // No experiment: nothing to count or copy.
            return await RunAsync(state, target, target.Version, request, cancellationToken);
        }

        InferResponse response = await ExecuteAsync(state, plan, route, prefix, request, headers, cancellationToken);
        request.Id ??= Guid.NewGuid().ToString("N");
        experiments.Predicted(state.Model, request.Id, response);
        shadows.Copy(state, request, response);
        return response;
    }

    private Task<InferResponse> ExecuteAsync(
        ModelState state, TrafficPlan plan, Route route, string prefix, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        switch (route)
        {
            case VersionRoute version:
                return CountAsync(state, version.Target, prefix + version.Target.Version, request, cancellationToken);
            case SplitRoute split:
                ModelTarget arm = split.Arms[plan.Arm(route, split.Key, request, headers)].Target;
                return CountAsync(state, arm, $"{prefix}split:{arm.Version}", request, cancellationToken);
            case CanaryRoute canary:
                return CanaryAsync(state, plan, canary, prefix, request, headers, cancellationToken);
            case EnsembleRoute members:
                return CountAsync(state.Model, () => EnsembleAsync(state, members, $"{prefix}ensemble:{members.Combine}", request, cancellationToken), $"{prefix}ensemble:{members.Combine}");
            case CascadeRoute cascade:
                return CountAsync(state.Model, () => CascadeAsync(state, cascade, prefix + "cascade", request, cancellationToken), prefix + "cascade");
            case ChainRoute chain:
                return CountAsync(state.Model, () => ChainAsync(state, chain, prefix + "chain", request, cancellationToken), prefix + "chain");
            default:
                throw new NotSupportedException(route.GetType().Name);
        }
    }

    private async Task<InferResponse> CanaryAsync(
        ModelState state, TrafficPlan plan, CanaryRoute canary, string prefix, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        CanaryMonitor monitor = plan.Canaries[canary];
        if (plan.Arm(canary, canary.Key, request, headers) != 0 || monitor.IsTripped || canary.RolledBack is not null)
        {
            return await CountAsync(state, canary.Stable, prefix + "stable", request, cancellationToken);
        }

        long started = time.GetTimestamp();
        bool failure = true;
        TimeSpan? latency = null;
        try
        {
            InferResponse response = await CountAsync(state, canary.Canary, prefix + "canary", request, cancellationToken);
            failure = false;
            return response;
        }
        catch (Exception e) when (e is InferenceException { Status: < 500 } or ModelNotFoundException)
        {
            // The request may be at fault, or the canary may not take what the stable version takes: the stable version tells.
            latency = time.GetElapsedTime(started);
            InferResponse? stable = await TryAsync(() => CountAsync(state, canary.Stable, prefix + "stable", request, cancellationToken));
            failure = stable is not null;
            if (stable is null)
            {
                throw;
            }

            experiments.Answered(state.Model, prefix + "canary", null, latency.Value, failed: true);
            return stable;
        }
        catch (OperationCanceledException)
        {
            failure = false;
            throw;
        }
        finally
        {
            if (monitor.Record(failure, latency ?? time.GetElapsedTime(started)) is { } reason)
            {
                canaries.RollBack(state.Model, canary, reason);
            }
        }
    }

    private static async Task<InferResponse?> TryAsync(Func<Task<InferResponse>> run)
    {
        try
        {
            return await run();
        }
        catch (Exception e) when (e is InferenceException or ModelNotFoundException or InvalidModelException)
        {
            return null;
        }
    }

    private async Task<InferResponse> EnsembleAsync(ModelState state, EnsembleRoute route, string name, InferRequest request, CancellationToken cancellationToken)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // Each with references of its own: where the first answers, the request ends before the others do.
        Task<InferResponse>[] runs = [.. route.Members.Select(member => RunSharedAsync(state, member, name, request.Share(), losers.Token))];
        if (route.Combine == Ensemble.First)
        {
            return await FirstAsync(runs, losers);
        }

        try
        {
            InferResponse[] answers = await Task.WhenAll(runs);
            List<Tensor> combined = ensemble.Combine(route, Array.ConvertAll(answers, answer => answer.Outputs));
            return new(state.Model, string.Join('+', answers.Select(answer => answer.Version)), name, combined);
        }
        finally
        {
            foreach (Task<InferResponse> run in runs)
            {
                DisposeResult(run);
            }
        }
    }

    private async Task<InferResponse> RunSharedAsync(ModelState state, ModelTarget target, string route, InferRequest shared, CancellationToken cancellationToken)
    {
        using (shared)
        {
            return await RunAsync(state, target, route, shared, cancellationToken);
        }
    }

    private static async Task<InferResponse> FirstAsync(Task<InferResponse>[] runs, CancellationTokenSource losers)
    {
        var left = runs.ToList();
        while (true)
        {
            Task<InferResponse> done = await Task.WhenAny(left);
            left.Remove(done);
            if (done.IsCompletedSuccessfully || left.Count == 0)
            {
                await losers.CancelAsync();
                left.ForEach(DisposeResult);
                return await done;
            }
        }
    }

    private async Task<InferResponse> CascadeAsync(ModelState state, CascadeRoute route, string name, InferRequest request, CancellationToken cancellationToken)
    {
        if (request.Raw is not null)
        {
            using InferRequest named = await NameRawAsync(state, route.First, request, cancellationToken);
            return await CascadeAsync(state, route, name, named, cancellationToken);
        }

        using InferResponse first = await RunAsync(state, route.First, name, request, cancellationToken);
        Tensor scores = Scores.Of(first.Outputs, route.Scores);
        var unsure = new List<int>();
        for (int row = 0; row < scores.Shape[0]; row++)
        {
            if (Scores.Confidence(Scores.Row(scores, row)) < route.Confidence)
            {
                unsure.Add(row);
            }
        }

        if (unsure.Count == 0)
        {
            return new(state.Model, first.Version, name + ":first", first.Outputs.ConvertAll(output => output.Share()));
        }

        if (unsure.Count == scores.Shape[0])
        {
            return await RunAsync(state, route.Then, name + ":then", request, cancellationToken);
        }

        using InferRequest rest = TakeRows(request, unsure, (int)scores.Shape[0]);
        using InferResponse second = await RunAsync(state, route.Then, name, rest, cancellationToken);
        var merged = new List<Tensor>(first.Outputs.Count);
        foreach (Tensor output in first.Outputs)
        {
            Tensor better = second.Outputs.Find(other => other.Name == output.Name) ?? throw new InferenceException(422, $"The cascade's second model has no output '{output.Name}'.");
            merged.Add(Rows.Replace(output, better, unsure, (int)scores.Shape[0]));
        }

        return new(state.Model, $"{first.Version}+{second.Version}", name + ":both", merged);
    }

    // Rows can be told apart only in a tensor with a shape, which a raw body has from the model it is meant for.
    private async Task<InferRequest> NameRawAsync(ModelState state, ModelTarget target, InferRequest request, CancellationToken cancellationToken)
    {
        using ModelLease lease = await AcquireAsync(state, target, cancellationToken);
        var named = new InferRequest { Id = request.Id, Outputs = request.Outputs };
        named.Inputs.Add(InputBinder.BindRaw(request, lease.Model.Session));
        return named;
    }

    private static InferRequest TakeRows(InferRequest request, List<int> rows, int count)
    {
        var taken = new InferRequest { Outputs = request.Outputs };
        foreach (Tensor input in request.Inputs)
        {
            Rows.Require(input, count);
            taken.Inputs.Add(Rows.Take(input, rows));
        }

        return taken;
    }

    private async Task<InferResponse> ChainAsync(ModelState state, ChainRoute route, string name, InferRequest request, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Tensor>();
        var held = new List<IDisposable>();
        var versions = new List<string>();
        try
        {
            foreach (Tensor input in request.Inputs)
            {
                known[input.Name] = input;
            }

            List<Tensor>? previous = null;
            for (int i = 0; i < route.Steps.Count; i++)
            {
                bool last = i == route.Steps.Count - 1;
                ChainStep step = route.Steps[i];
                using ModelLease lease = await AcquireAsync(state, step.Target, cancellationToken);
                if (i == 0 && request.Raw is not null)
                {
                    Tensor raw = InputBinder.BindRaw(request, lease.Model.Session);
                    held.Add(raw);
                    known[step.Inputs?.GetValueOrDefault(raw.Name) ?? raw.Name] = raw;
                }

                using InferRequest next = Wire(step, lease.Model.Session, known, previous, i);
                next.Outputs = last ? request.Outputs : null;
                List<Tensor> outputs = await lease.Model.InferAsync(next, cancellationToken);
                versions.Add(lease.Model.Manifest.Version);
                if (last)
                {
                    return new(state.Model, string.Join('+', versions), name, outputs);
                }

                held.AddRange(outputs);
                outputs.ForEach(output => known[output.Name] = output);
                previous = outputs;
            }

            throw new InvalidOperationException("A chain has at least two steps.");
        }
        finally
        {
            held.ForEach(tensor => tensor.Dispose());
        }
    }

    private static InferRequest Wire(ChainStep step, ModelSession session, Dictionary<string, Tensor> known, List<Tensor>? previous, int index)
    {
        var next = new InferRequest();
        foreach (string input in session.InputNames)
        {
            string source = step.Inputs?.GetValueOrDefault(input) ?? input;
            Tensor? tensor = known.GetValueOrDefault(source);
            if (session.InputNames.Length == 1 && step.Inputs is null && previous is [var only])
            {
                tensor = only;
            }

            if (tensor is null)
            {
                next.Dispose();
                throw new InferenceException(422, $"Step {index} of the chain needs '{source}' for its input '{input}'; neither the request nor an earlier step has it.");
            }

            next.Inputs.Add(tensor.Share(input));
        }

        return next;
    }

    private async Task<InferResponse> RunAsync(ModelState state, ModelTarget target, string route, InferRequest request, CancellationToken cancellationToken)
    {
        using ModelLease lease = await AcquireAsync(state, target, cancellationToken);
        return new(state.Model, lease.Model.Manifest.Version, route, await lease.Model.InferAsync(request, cancellationToken));
    }

    private async ValueTask<ModelLease> AcquireAsync(ModelState state, ModelTarget target, CancellationToken cancellationToken)
    {
        string model = target.Model ?? state.Model;
        ModelState source = model == state.Model ? state : await catalog.GetAsync(model, cancellationToken);
        return await sessions.AcquireAsync(model, source.Resolve(target.Version), cancellationToken);
    }

    private async Task<InferResponse> CountAsync(ModelState state, ModelTarget target, string route, InferRequest request, CancellationToken cancellationToken) =>
        await CountAsync(state.Model, () => RunAsync(state, target, route, request, cancellationToken), route);

    private async Task<InferResponse> CountAsync(string model, Func<Task<InferResponse>> run, string route)
    {
        long started = time.GetTimestamp();
        try
        {
            InferResponse response = await run();
            experiments.Answered(model, response.Route, response.Version, time.GetElapsedTime(started), failed: false);
            return response;
        }
        catch (Exception e) when (IsModelsFault(e))
        {
            experiments.Answered(model, route, null, time.GetElapsedTime(started), failed: true);
            throw;
        }
    }

    // A caller who left says nothing about the model; a deadline shows in the latency.
    private static bool IsModelsFault(Exception exception) => exception is not (InferenceException { Status: < 500 } or OperationCanceledException or ModelNotFoundException);

    private static void DisposeResult(Task<InferResponse> run) =>
        _ = run.ContinueWith(
            static done =>
            {
                // Reading the exception of a loser marks it as seen.
                _ = done.Exception;
                if (done.IsCompletedSuccessfully)
                {
                    done.Result.Dispose();
                }
            },
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
