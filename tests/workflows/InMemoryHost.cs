using System.Text.Json.Nodes;
using DurableMl.Workflows.Execution;

namespace Workflows.Tests;

/// <summary>A host whose time moves only when the execution waits; its identifiers count up.</summary>
internal sealed class InMemoryHost(Func<TaskRequest, JsonNode?>? call = null) : IWorkflowHost
{
    private uint _identifiers;

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public List<TimeSpan> Waits { get; } = [];

    public Guid NewGuid() => new(++_identifiers * 0x9E3779B9, 0, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 1);

    public Task<JsonNode?> CallAsync(TaskRequest request) => call is null
        ? throw new WorkflowFailure(ErrorNames.TaskFailed, $"This host has no task '{request.Resource}'.")
        : Task.FromResult(call(request));

    public Task DelayUntilAsync(DateTimeOffset time)
    {
        Waits.Add(time - Now);
        Now = time > Now ? time : Now;
        return Task.CompletedTask;
    }

    public async Task<bool> EndsByAsync(Task work, DateTimeOffset time)
    {
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Now <= time;
    }
}
