using DurableTask.Core;
using DurableTask.Core.Entities;
using DurableTask.Core.Entities.OperationFormat;

namespace DurableTask.Sqlite.Benchmarks;

/// <summary>The orchestrations, activities and entities that are measured. They do nothing themselves: what is left is the framework and its storage.</summary>
internal static class Workloads
{
    public static void Register(TaskHubWorker worker)
    {
        worker.AddTaskOrchestrations(typeof(Chain), typeof(FanOut), typeof(WaitForEvent));
        worker.AddTaskActivities(typeof(Increment));
        worker.AddTaskEntities(new EntityCreator());
    }

    /// <summary>Steps one after the other.</summary>
    public sealed class Chain : TaskOrchestration<int, int>
    {
        public override async Task<int> RunTask(OrchestrationContext context, int input)
        {
            var number = 0;
            for (var i = 0; i < input; i++)
            {
                number = await context.ScheduleTask<int>(typeof(Increment), number);
            }

            return number;
        }
    }

    /// <summary>Activities all at once.</summary>
    public sealed class FanOut : TaskOrchestration<int, int>
    {
        public override async Task<int> RunTask(OrchestrationContext context, int input)
        {
            var results = await Task.WhenAll(Enumerable.Range(0, input).Select(_ => context.ScheduleTask<int>(typeof(Increment), 0)));
            return results.Sum();
        }
    }

    /// <summary>An instance that idles.</summary>
    public sealed class WaitForEvent : TaskOrchestration<string, string, string, string>
    {
        private readonly TaskCompletionSource<string> raised = new();

        public override Task<string> RunTask(OrchestrationContext context, string input) => raised.Task;

        public override void OnEvent(OrchestrationContext context, string name, string input) => raised.TrySetResult(input);
    }

    public sealed class Increment : TaskActivity<int, int>
    {
        protected override int Execute(TaskContext context, int input) => input + 1;
    }

    private sealed class EntityCreator : ObjectCreator<TaskEntity>
    {
        public EntityCreator()
        {
            Name = "counter";
            Version = string.Empty;
        }

        public override TaskEntity Create() => new Counter();
    }

    /// <summary>Counts operations; tells an orchestration when it has had as many as the operation's input says.</summary>
    private sealed class Counter : TaskEntity
    {
        public override Task<EntityBatchResult> ExecuteOperationBatchAsync(EntityBatchRequest operations)
        {
            var count = int.Parse(operations.EntityState ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            var results = new List<OperationResult>();
            var actions = new List<OperationAction>();
            foreach (var operation in operations.Operations!)
            {
                count++;
                results.Add(new OperationResult());
                if (operation.Input is { } goal && count == int.Parse(goal, System.Globalization.CultureInfo.InvariantCulture))
                {
                    actions.Add(new StartNewOrchestrationOperationAction { InstanceId = "full-" + operations.InstanceId![1..], Name = typeof(Chain).FullName, Input = "0" });
                }
            }

            return Task.FromResult(new EntityBatchResult
            {
                Results = results,
                Actions = actions,
                EntityState = count.ToString(System.Globalization.CultureInfo.InvariantCulture),
            });
        }
    }
}
