using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.History;
using Microsoft.DurableTask.Sqlite;

namespace Microsoft.DurableTask.Engine;

/// <content>Failed instances that are to go on.</content>
partial class TaskHub
{
    /// <summary>Takes the failures out of the history of a failed instance, and of its failed sub-orchestrations, and lets them go on.</summary>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    /// <exception cref="InvalidOperationException">The instance has not failed.</exception>
    public async Task RewindAsync(string instanceId, string reason, CancellationToken cancellation)
    {
        InstanceRow row = Find(instanceId) ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        List<long> rewound = [];
        ClientCommit<OrchestrationRuntimeStatus> commit = new(
            writer =>
            {
                rewound.Clear();
                InstanceRow? found = writer.Row(row.Number);
                if (found is { Status: OrchestrationRuntimeStatus.Failed })
                {
                    Rewind(writer, found, reason, rewound);
                    return OrchestrationRuntimeStatus.Failed;
                }

                return found?.Status ?? OrchestrationRuntimeStatus.Terminated;
            },
            _ => rewound.ForEach(number =>
            {
                DropIfResident(number);
                Wake(number);
            }));
        commits.Post(commit);
        OrchestrationRuntimeStatus status = await commit.Task.WaitAsync(cancellation);
        if (status != OrchestrationRuntimeStatus.Failed)
        {
            throw new InvalidOperationException($"The orchestration '{instanceId}' has the status {status}; only a failed one can be rewound.");
        }
    }

    void Rewind(StoreWriter writer, InstanceRow row, string reason, List<long> rewound)
    {
        rewound.Add(row.Number);
        Dictionary<int, string> children = [];
        List<Turn> turns = [];
        foreach (Turn turn in writer.Turns(row.Number))
        {
            foreach (HistoryRecord decision in turn.Decisions.Where(record => record.Kind == RecordKind.SubOrchestrationCreated))
            {
                children[decision.Id] = decision.InstanceId!;
            }

            List<HistoryRecord> kept = [];
            foreach (HistoryRecord record in turn.Incoming)
            {
                if (record.Kind == RecordKind.TaskFailed || (record.Kind == RecordKind.SubOrchestrationFailed && GoesOn(record)))
                {
                    continue;
                }

                kept.Add(record);
            }

            turns.Add(turn with { Incoming = kept, Decisions = [.. turn.Decisions.Where(record => record.Kind != RecordKind.Completed)] });
        }

        writer.ReplaceTurns(row.Number, turns, Store);
        row.Execution = Guid.NewGuid().ToString("N");
        row.Status = OrchestrationRuntimeStatus.Running;
        row.Updated = Now;
        row.Completed = null;
        row.Output = null;
        row.Failure = null;
        row.Wake = 0;
        writer.Update(row);
        writer.UpdateOutput(row);
        writer.UpdateInput(row);
        writer.AddMessage(row.Number, Store.Encode(new HistoryRecord(RecordKind.Rewound) { Time = Now, Name = reason }));

        bool GoesOn(HistoryRecord failure)
        {
            if (!children.TryGetValue(failure.Id, out string? id) || writer.Find(id) is not { Status: OrchestrationRuntimeStatus.Failed } found)
            {
                return false;
            }

            InstanceRow child = writer.Row(found.Number)!;
            if (child.Parent is not { } parent || parent.Number != row.Number || parent.TaskId != failure.Id)
            {
                return false;
            }

            Rewind(writer, child, reason, rewound);
            return true;
        }
    }
}
