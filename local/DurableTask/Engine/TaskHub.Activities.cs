using System.Diagnostics;
using Microsoft.DurableTask.Diagnostics;
using Microsoft.DurableTask.History;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.DurableTask.Engine;

/// <content>Activities.</content>
partial class TaskHub
{
    async Task RunActivityAsync(ActivityWork work, WorkerConnection worker)
    {
        HistoryRecord result = await ExecuteAsync(work, worker.Settings);
        bool wanted;
        lock (gate)
        {
            worker.Activities.Exit();
            if (result.Kind == RecordKind.TaskFailed && worker.Settings.IsStopping)
            {
                // Not a result: see there. Detaching gives the call to another worker.
                wanted = false;
                if (worker.Detached && work.Worker == worker && dispatched.ContainsKey(work.Key))
                {
                    work.Worker = null;
                    readyActivities.Enqueue(work);
                    Meters.QueuedActivities.Add(1);
                }
            }
            else
            {
                wanted = dispatched.Remove(work.Key);
            }
        }

        // Not wanted: another attempt at the same call was faster.
        if (wanted)
        {
            Deliver(work.Number, new Message(result, 0, work.Generation));
        }
        else
        {
            Pump();
        }
    }

    async Task<HistoryRecord> ExecuteAsync(ActivityWork work, WorkerSettings settings)
    {
        HistoryRecord call = work.Call;
        Activity? span = null;
        try
        {
            span = Tracing.StartActivity(work);
            AsyncServiceScope scope = settings.Scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                if (!TryCreate(settings, call, scope.ServiceProvider, out ITaskActivity? activity))
                {
                    string message = $"No activity task named '{call.Name}' was found.";
                    Logs.ActivityNotFound(settings, work.InstanceId, call.Name!);
                    span?.SetStatus(ActivityStatusCode.Error, message);
                    return new HistoryRecord(RecordKind.TaskFailed, call.Id)
                    {
                        Time = Now,
                        Failure = new TaskFailureDetails("ActivityTaskNotFound", message, null, null, null),
                        Flags = RecordFlags.NonRetriable,
                    };
                }

                Logs.ActivityStarted(settings, work.InstanceId, call.Name!);
                string? text = call.Payload?.Read(Store);
                object? input = text is null ? null : settings.Converter.Deserialize(text, activity!.InputType);
                object? output = await activity!.RunAsync(new ActivityContext(work), input);
                string? result = settings.Converter.Serialize(output);
                Logs.ActivityCompleted(settings, work.InstanceId, call.Name!);
                return new HistoryRecord(RecordKind.TaskCompleted, call.Id) { Time = Now, Payload = Payload.Of(result) };
            }
        }
#pragma warning disable CA1031 // the activity's failure, whatever it is, is its result
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Logs.ActivityFailed(settings, exception, work.InstanceId, call.Name!);
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            return new HistoryRecord(RecordKind.TaskFailed, call.Id)
            {
                Time = Now,
                Failure = TaskFailureDetails.FromException(exception, settings.ExceptionProperties),
            };
        }
        finally
        {
            span?.Dispose();
        }
    }

    static bool TryCreate(WorkerSettings settings, HistoryRecord call, IServiceProvider services, out ITaskActivity? activity) =>
        settings.Factory is Worker.DurableTaskFactory factory
            ? factory.TryCreateActivity(call.Name!, new TaskVersion(call.Version), call.Has(RecordFlags.ExactVersion), services, out activity)
            : settings.Factory.TryCreateActivity(call.Name!, services, out activity);

    sealed class ActivityContext(ActivityWork work) : TaskActivityContext
    {
        public override TaskName Name => new(work.Call.Name!);

        public override string InstanceId => work.InstanceId;

        public override string Version => work.Call.Version ?? string.Empty;
    }
}
