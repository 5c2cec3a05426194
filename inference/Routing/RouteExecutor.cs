using Microsoft.AspNetCore.Http;

namespace DurableMl.Inference.Routing;

/// <summary>Carries out the route that a model's traffic rules choose for a request, and counts what came of it.</summary>
internal sealed class RouteExecutor(
    ModelCatalog catalog, ExperimentLog experiments, ShadowRunner shadows, CanaryKeeper canaries, TimeProvider time)
{
    public async Task<InferResponse> ExecuteAsync(ModelState state, InferRequest request, IHeaderDictionary headers, CancellationToken cancellationToken)
    {
        (Route route, string prefix) = state.Traffic.Choose(request, headers);
        var call = new Call(state, request, prefix, cancellationToken);
        InferResponse response = await (route switch
        {
            VersionRoute version => CountAsync(call, version.Target, version.Target.Version),
            SplitRoute split when split.Arms[state.Traffic.Arm(route, split.Key, request, headers)].Target is var arm => CountAsync(call, arm, "split:" + arm.Version),
            CanaryRoute canary => CanaryAsync(call, canary, state.Traffic.Arm(route, canary.Key, request, headers) == 0),
            EnsembleRoute ensemble => EnsembleAsync(call, ensemble),
            CascadeRoute cascade => CascadeAsync(call, cascade),
            ChainRoute chain => CountAsync(call, "chain", name => ChainAsync(call, chain, name)),
            _ => throw new NotSupportedException(route.GetType().Name),
        });
        request.Id ??= Guid.NewGuid().ToString("N");
        experiments.Predicted(state.Model, request.Id, response);
        shadows.Copy(state, request, response);
        return response;
    }

    private async Task<InferResponse> CanaryAsync(Call call, CanaryRoute canary, bool isDrawn)
    {
        CanaryMonitor monitor = call.State.Traffic.Canaries[canary];
        if (!isDrawn || monitor.IsTripped || canary.RolledBack is not null)
        {
            return await CountAsync(call, canary.Stable, "stable");
        }

        long started = time.GetTimestamp();
        bool failure = true;
        TimeSpan? latency = null;
        try
        {
            InferResponse response = await CountAsync(call, canary.Canary, "canary");
            failure = false;
            return response;
        }
        catch (Exception e) when (InferenceException.StatusOf(e).Status < 500)
        {
            // The request may be at fault, or the canary may not take what the stable version takes: the stable version tells.
            latency = time.GetElapsedTime(started);
            failure = false;
            InferResponse stable = await CountAsync(call, canary.Stable, "stable");
            failure = true;
            experiments.Answered(call.State.Model, call.Prefix + "canary", null, latency.Value, failed: true);
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
                canaries.RollBack(call.State.Model, canary, reason);
            }
        }
    }

    private Task<InferResponse> EnsembleAsync(Call call, EnsembleRoute route) => CountAsync(call, "ensemble:" + (route.Combine == EnsembleRule.Mean ? "mean" : "vote"), async name =>
    {
        Task<InferResponse>[] runs = [.. route.Members.Select(member => RunAsync(call, member, name))];
        try
        {
            InferResponse[] answers = await Task.WhenAll(runs);
            TensorList combined = Ensemble.Combine(route, Array.ConvertAll(answers, answer => answer.Outputs));
            return new(call.State.Model, string.Join('+', answers.Select(answer => answer.Version)), name, combined);
        }
        finally
        {
            // All have ended, however some did.
            foreach (Task<InferResponse> run in runs.Where(run => run.IsCompletedSuccessfully))
            {
                run.Result.Dispose();
            }
        }
    });

    private Task<InferResponse> CascadeAsync(Call call, CascadeRoute route) => CountAsync(call, "cascade", async name =>
    {
        // Rows can be told apart only in a tensor with a shape, which a raw body has from the model it is meant for.
        using InferRequest? named = call.Request.Raw is null ? null : await NamedAsync(call, route.First);
        InferRequest request = named ?? call.Request;
        using InferResponse first = await RunAsync(call with { Request = request }, route.First, name);
        Tensor scores = Rows.OfScores(first.Outputs, route.Scores);
        int rows = (int)scores.Shape[0];
        List<int> unsure = [.. Enumerable.Range(0, rows).Where(row => Scores.Confidence(Scores.Row(scores, row)) < route.Confidence)];
        if (unsure.Count == 0)
        {
            return new(call.State.Model, first.Version, name + ":first", first.Outputs.Share());
        }

        if (unsure.Count == rows)
        {
            return await RunAsync(call with { Request = request }, route.Then, name + ":then");
        }

        using var rest = new InferRequest { Outputs = request.Outputs };
        foreach (Tensor input in request.Inputs)
        {
            Rows.Require(input, rows);
            rest.Inputs.Add(Rows.Take(input, unsure));
        }

        using InferResponse second = await RunAsync(call with { Request = rest }, route.Then, name);
        return new(call.State.Model, $"{first.Version}+{second.Version}", name + ":both", TensorList.Of(first.Outputs.Select(output => Rows.Replace(
            output,
            second.Outputs.Named(output.Name) ?? throw new InferenceException(422, $"The cascade's second model has no output '{output.Name}'."),
            unsure, rows))));
    });

    private async Task<InferRequest?> NamedAsync(Call call, ModelTarget target)
    {
        using ModelLease lease = await catalog.AcquireAsync(call.State, target, call.Cancellation);
        return call.Request.Named(lease.Model.Session.Inputs);
    }

    private async Task<InferResponse> ChainAsync(Call call, ChainRoute route, string name)
    {
        using InferRequest? named = call.Request.Raw is null ? null : await NamedAsync(call, route.Steps[0].Target);
        var known = new Dictionary<string, Tensor>();
        foreach (Tensor input in (named ?? call.Request).Inputs)
        {
            known[named is null ? input.Name : route.Steps[0].Inputs?.GetValueOrDefault(input.Name) ?? input.Name] = input;
        }

        using TensorList held = [];
        TensorList previous = [];
        var versions = new List<string>();
        foreach ((int i, ChainStep step) in route.Steps.Index())
        {
            bool isLast = i == route.Steps.Count - 1;
            using ModelLease lease = await catalog.AcquireAsync(call.State, step.Target, call.Cancellation);
            using var next = new InferRequest { Outputs = isLast ? call.Request.Outputs : null };
            string[] inputs = lease.Model.Session.InputNames;
            foreach (string input in inputs)
            {
                string source = step.Inputs?.GetValueOrDefault(input) ?? input;
                Tensor tensor = inputs.Length == 1 && step.Inputs is null && previous is [var only]
                    ? only
                    : known.GetValueOrDefault(source)
                        ?? throw new InferenceException(422, $"Step {i} of the chain needs '{source}' for its input '{input}'; neither the request nor an earlier step has it.");
                next.Inputs.Add(tensor.Share(input));
            }

            previous = await lease.Model.InferAsync(next, call.Cancellation);
            versions.Add(lease.Model.Manifest.Version);
            if (!isLast)
            {
                held.AddRange(previous);
                previous.ForEach(output => known[output.Name] = output);
            }
        }

        return new(call.State.Model, string.Join('+', versions), name, previous);
    }

    private async Task<InferResponse> RunAsync(Call call, ModelTarget target, string name)
    {
        using ModelLease lease = await catalog.AcquireAsync(call.State, target, call.Cancellation);
        return new(call.State.Model, lease.Model.Manifest.Version, name, await lease.Model.InferAsync(call.Request, call.Cancellation));
    }

    private Task<InferResponse> CountAsync(Call call, ModelTarget target, string name) => CountAsync(call, name, full => RunAsync(call, target, full));

    private async Task<InferResponse> CountAsync(Call call, string name, Func<string, Task<InferResponse>> run)
    {
        long started = time.GetTimestamp();
        try
        {
            InferResponse response = await run(call.Prefix + name);
            experiments.Answered(call.State.Model, response.Route, response.Version, time.GetElapsedTime(started), failed: false);
            return response;
        }
        catch (Exception e) when (e is not OperationCanceledException && InferenceException.StatusOf(e).Status >= 500)
        {
            // A caller who left says nothing about the model; a deadline shows in the latency.
            experiments.Answered(call.State.Model, call.Prefix + name, null, time.GetElapsedTime(started), failed: true);
            throw;
        }
    }

    private sealed record Call(ModelState State, InferRequest Request, string Prefix, CancellationToken Cancellation);
}
