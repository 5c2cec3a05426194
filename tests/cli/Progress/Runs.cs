using System.Text.Json;
using DurableMl.Cli.Pipelines;

namespace Cli.Tests.Progress;

/// <summary>States of a run, as the API gives them.</summary>
internal static class Runs
{
    public static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static RunDocument Training { get; } = Parse("""
        { "runId": "a", "runtimeStatus": "Running", "customStatus": {
            "phase": "train", "done": 1, "total": 2,
            "phases": [
              { "name": "preprocess", "startedAt": "2026-01-02T03:04:05Z", "endedAt": "2026-01-02T03:04:09.5Z" },
              { "name": "train", "startedAt": "2026-01-02T03:04:10Z", "endedAt": null }],
            "dataset": { "name": "mnist", "version": "0123456789abcdef", "reused": true, "examples": 70000, "shards": 24 },
            "best": { "trial": "trial-000", "objective": 0.9876 },
            "trials": [
              { "id": "trial-000", "state": "completed", "parameters": { "learning_rate": 0.01 }, "objective": 0.9876, "epoch": 2, "budget": 2, "attempts": 1, "preemptions": 0 },
              { "id": "trial-001", "state": "failed", "parameters": { "learning_rate": 100 }, "attempts": 2, "preemptions": 1, "error": "diverged" }] } }
        """);

    public static RunDocument Parse(string json) => JsonSerializer.Deserialize<RunDocument>(json, JsonSerializerOptions.Web)!;

    public static async IAsyncEnumerable<RunDocument> StatesAsync(params RunDocument[] states)
    {
        foreach (var state in states)
        {
            await Task.Yield();
            yield return state;
        }
    }
}
