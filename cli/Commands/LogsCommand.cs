using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary><c>logs</c>: what a trial's job has written.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var command = new Command("logs", "Show what a trial's job has written; its node uploads that every ten seconds.");
        var run = new Argument<string>("run") { Description = "The run's id." };
        var trial = new Argument<string?>("trial") { Description = "The trial, for example trial-003; by default one that is running, else the best.", Arity = ArgumentArity.ZeroOrOne };
        var errors = new Option<bool>("--stderr") { Description = "What it has written to its standard error." };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the trial has ended." };
        var api = new ApiOptions();
        command.Arguments.Add(run);
        command.Arguments.Add(trial);
        command.Options.Add(errors);
        command.Options.Add(follow);
        api.AddTo(command);
        command.SetHandler(async (result, cancellationToken) =>
        {
            using var http = api.Connect(result);
            string stream = result.GetValue(errors) ? "stderr" : "stdout";
            await ShowAsync(http, TimeProvider.System, result.GetRequiredValue(run), result.GetValue(trial), stream, result.GetValue(follow), Console.Out, cancellationToken);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Writes a trial's log.</summary>
    /// <exception cref="CliException">There is no such run or trial.</exception>
    internal static async Task ShowAsync(
        HttpClient http, TimeProvider time, string runId, string? trialId, string stream, bool follow, TextWriter output, CancellationToken cancellationToken)
    {
        var pipelines = new PipelinesClient(http);
        string trial = trialId ?? TrialOf(await RunAsync());
        string? part = null;
        long offset = 0;
        while (true)
        {
            // Asked before the log is read: what was written until the end is then in it.
            bool goesOn = follow && !HasEnded(await RunAsync(), trial);
            TrialLogDocument log = await ReadAsync(new ApiConnection(http), goesOn, $"api/pipelines/{Uri.EscapeDataString(runId)}/trials/{Uri.EscapeDataString(trial)}/log?stream={stream}"
                + (part is null ? "" : string.Create(CultureInfo.InvariantCulture, $"&part={Uri.EscapeDataString(part)}&offset={offset}")), cancellationToken);
            await output.WriteAsync(log.Text);
            await output.FlushAsync(cancellationToken);
            (part, offset) = (log.Part, log.Next);
            if (log.Text.Length > 0)
            {
                continue;
            }

            if (!goesOn)
            {
                return;
            }

            await Task.Delay(Interval, time, cancellationToken);
        }

        async Task<RunDocument> RunAsync() => await pipelines.GetAsync(runId, cancellationToken) ?? throw new CliException($"There is no run '{runId}'.");
    }

    private static async Task<TrialLogDocument> ReadAsync(ApiConnection api, bool mayBegin, string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await api.SendAsync(HttpMethod.Get, path, null, cancellationToken);
        if (mayBegin && response.StatusCode == HttpStatusCode.NotFound)
        {
            return new TrialLogDocument(null, 0, "");
        }

        await ApiConnection.ThrowIfRefusedAsync(response, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken)).Deserialize<TrialLogDocument>(JsonSerializerOptions.Web)!;
    }

    private static string TrialOf(RunDocument run)
    {
        IReadOnlyList<RunTrial> trials = run.CustomStatus?.Trials ?? [];
        return trials.FirstOrDefault(trial => trial.State == "running")?.Id
            ?? run.CustomStatus?.Best?.Trial
            ?? trials.LastOrDefault(trial => trial.State != "waiting")?.Id
            ?? throw new CliException($"No trial of {run.RunId} has begun.");
    }

    private static bool HasEnded(RunDocument run, string trial) => run.HasEnded
        || run.CustomStatus?.Trials.FirstOrDefault(each => each.Id == trial)?.State is "completed" or "failed" or "stopped" or "cancelled";

    private sealed record TrialLogDocument(string? Part, long Next, string Text);
}
