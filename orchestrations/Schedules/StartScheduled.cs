using System.Globalization;
using System.Text;
using System.Text.Json;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Workflows;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Schedules;

/// <summary>
/// Activity: starts what is due by a schedule. Ids follow from the schedule's name and the time, so that doing it again starts nothing twice.
/// </summary>
/// <param name="store">The schedules.</param>
/// <param name="executions">Starts executions of workflows.</param>
/// <param name="runs">Starts runs of pipelines.</param>
/// <param name="time">The clock.</param>
public sealed class StartScheduled(ScheduleStore store, ExecutionStarter executions, RunStarter runs, TimeProvider time)
{
    // What is later than this was missed: nothing ran at its time.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    private static readonly JsonElement NoInput = JsonElement.Parse("{}");

    /// <summary>Starts what is due and says when to look again.</summary>
    [Function(nameof(StartScheduled))]
    public async Task<ScheduleTurn> RunAsync([ActivityTrigger] string name, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        if (await store.ReadAsync(name, cancellationToken) is not { } document)
        {
            return new ScheduleTurn(IsOver: true, null);
        }

        if (!document.Schedule.Enabled)
        {
            return new ScheduleTurn(IsOver: false, null);
        }

        var now = time.GetUtcNow();
        var (due, skipped) = Choose(document.Schedule, document.Considered, now);
        foreach (var at in due)
        {
            document = await StartAsync(client, document, at, cancellationToken);
        }

        var next = document.Schedule.Next(now);
        var done = document with { Considered = now, Next = next, Skipped = document.Skipped + skipped };

        // What was put meanwhile counts from when it was put; there is a look at it at once.
        await store.ChangeAsync(name, kept => kept is null ? null : kept.Considered == document.Considered ? done : kept, cancellationToken);
        return new ScheduleTurn(next is null, next?.UtcDateTime);
    }

    /// <summary>Which of the times that have passed are to be started, and how many are not.</summary>
    internal static (IReadOnlyList<DateTimeOffset> Due, int Skipped) Choose(Schedule schedule, DateTimeOffset considered, DateTimeOffset now)
    {
        var passed = schedule.Due(considered, now);
        IReadOnlyList<DateTimeOffset> due = schedule.CatchUp switch
        {
            ScheduleCatchUp.All => passed,
            ScheduleCatchUp.Last => [.. passed.TakeLast(1)],
            _ => [.. passed.TakeLast(1).Where(at => now - at <= Late)],
        };
        return (due, passed.Count - due.Count);
    }

    private async Task<ScheduleDocument> StartAsync(DurableTaskClient client, ScheduleDocument document, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{document.Name}-{at.UtcDateTime:yyyyMMdd-HHmmss}");
        if (document.LastId is { } last && last != id && document.Schedule.Overlap != ScheduleOverlap.Allow
            && await client.GetInstanceAsync(last, cancellationToken) is { IsCompleted: false } before)
        {
            if (document.Schedule.Overlap == ScheduleOverlap.Skip)
            {
                return document with { Skipped = document.Skipped + 1 };
            }

            const string Reason = "the schedule has started the next";
            await (document.Schedule.Workflow is null
                ? client.RaiseEventAsync(before, RunEvents.Cancel, Reason, cancellationToken)
                : client.RaiseEventAsync(before, WorkflowOrchestrator.Stop, new StopRequest(Cause: Reason), cancellationToken));
        }

        var problem = document.Schedule.Workflow is { } workflow
            ? await StartAsync(client, document.Schedule, workflow, id, cancellationToken)
            : Problem((await runs.StartAsync(client, Encoding.UTF8.GetBytes(document.Schedule.Pipeline!.Value.GetRawText()), id, cancellationToken)).Errors.Select(error => $"{error.Path} {error.Reason}"));
        return problem is null ? document with { LastId = id, LastAt = at, Problem = null } : document with { LastAt = at, Problem = problem };
    }

    private async Task<string?> StartAsync(DurableTaskClient client, Schedule schedule, string workflow, string id, CancellationToken cancellationToken)
    {
        var start = await executions.StartAsync(client, workflow, schedule.Version, id, schedule.Input ?? NoInput, cancellationToken);
        return start.Version is null ? $"There is no workflow '{workflow}'{(schedule.Version is null ? "" : $" with the version '{schedule.Version}'")}." : Problem(start.Mistakes.Select(mistake => mistake.ToString()!));
    }

    private static string? Problem(IEnumerable<string> mistakes) => string.Join("; ", mistakes) is { Length: > 0 } said ? said : null;
}
