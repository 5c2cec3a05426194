using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Entities.OperationFormat;

namespace DurableTask.Sqlite.Tests.Crashes;

/// <summary>
/// What runs while the process is killed. Each orchestration's result can be told from its input, so a lost, doubled or early piece shows:
/// steps pass a number on, events are summed, timers are compared with the clock, children and rounds carry what came before.
/// </summary>
internal static class CrashWorkload
{
    public static readonly EntityId Ledger = new("ledger", "all");

    /// <summary>The orchestrations by name, with what an input of n must give.</summary>
    public static readonly Dictionary<string, Func<int, string>> Kinds = new(StringComparer.Ordinal)
    {
        ["chain"] = n => $"{n + 6}",
        ["fan"] = n => $"{(20 * n) + 190}",
        ["parent"] = n => $"{n + 12}",
        ["timers"] = _ => "0",
        ["rounds"] = n => $"{n + 5}",
        ["events"] = _ => "55",
    };

    public static void Register(TaskHubWorker worker)
    {
        worker.AddTaskOrchestrations(
            Named<Chain>("chain"), Named<Fan>("fan"), Named<Parent>("parent"), Named<Timers>("timers"), Named<Rounds>("rounds"), Named<Events>("events"));
        worker.AddTaskActivities(new NameValueObjectCreator<TaskActivity>("increment", "", typeof(Increment)));
        worker.AddTaskEntities(new NameValueObjectCreator<TaskEntity>(Ledger.Name, "", typeof(LedgerEntity)));

        static NameValueObjectCreator<TaskOrchestration> Named<T>(string name) => new(name, "", typeof(T));
    }

    private sealed class Increment : TaskActivity<int, int>
    {
        protected override int Execute(TaskContext context, int input) => input + 1;
    }

    private sealed class Chain : TaskOrchestration<int, int>
    {
        public override async Task<int> RunTask(OrchestrationContext context, int input)
        {
            for (var i = 0; i < 6; i++)
            {
                input = await context.ScheduleTask<int>("increment", "", input);
            }

            return input;
        }
    }

    private sealed class Fan : TaskOrchestration<int, int>
    {
        public override async Task<int> RunTask(OrchestrationContext context, int input) =>
            (await Task.WhenAll(Enumerable.Range(0, 20).Select(i => context.ScheduleTask<int>("increment", "", input + i - 1)))).Sum();
    }

    private sealed class Parent : TaskOrchestration<int, int>
    {
        public override async Task<int> RunTask(OrchestrationContext context, int input)
        {
            var id = context.OrchestrationInstance.InstanceId;
            input = await context.CreateSubOrchestrationInstance<int>("chain", "", id + "-child", input);
            return await context.CreateSubOrchestrationInstance<int>("chain", "", id + "-child", input);
        }
    }

    private sealed class Timers : TaskOrchestration<int, int>
    {
        public override async Task<int> RunTask(OrchestrationContext context, int input)
        {
            var early = 0;
            for (var i = 0; i < 4; i++)
            {
                var due = context.CurrentUtcDateTime.AddMilliseconds(20 + input % 50);
                await context.CreateTimer(due, 0);
                early += context.CurrentUtcDateTime < due ? 1 : 0;
            }

            return early;
        }
    }

    private sealed class Rounds : TaskOrchestration<int, string>
    {
        public override async Task<int> RunTask(OrchestrationContext context, string input)
        {
            var parts = input.Split('/');
            var number = await context.ScheduleTask<int>("increment", "", int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture));
            var round = parts.Length == 1 ? 1 : int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
            if (round < 5)
            {
                context.ContinueAsNew(FormattableString.Invariant($"{number}/{round + 1}"));
            }

            return number;
        }
    }

    private sealed class Events : TaskOrchestration<int, int, int, string>
    {
        private readonly TaskCompletionSource<int> all = new();
        private int count;
        private int sum;

        public override Task<int> RunTask(OrchestrationContext context, int input) => all.Task;

        public override void OnEvent(OrchestrationContext context, string name, int input)
        {
            sum += input;
            if (++count == 10)
            {
                all.TrySetResult(sum);
            }
        }
    }

    /// <summary>Lists each number it is told of, so that one that is told twice or never shows.</summary>
    private sealed class LedgerEntity : TaskEntity
    {
        public override Task<EntityBatchResult> ExecuteOperationBatchAsync(EntityBatchRequest operations) => Task.FromResult(new EntityBatchResult
        {
            EntityState = operations.EntityState + string.Concat(operations.Operations!.Select(operation => operation.Input + ";")),
            Results = operations.Operations!.ConvertAll(_ => new OperationResult()),
            Actions = [],
        });
    }
}
