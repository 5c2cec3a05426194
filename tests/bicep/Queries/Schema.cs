using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.Inference.Serving;
using DurableMl.Orchestrations.Runs;
using DurableMl.Orchestrations.Telemetry;
using DurableMl.Orchestrations.Training;
using Microsoft.Extensions.Logging;

namespace Bicep.Tests.Queries;

/// <summary>What queries may name: the tables of Application Insights in a workspace, and what the app writes into them.</summary>
public sealed partial class Schema
{
    private static readonly string[] Common =
    [
        "TimeGenerated", "AppRoleInstance", "AppRoleName", "AppVersion", "ItemCount", "OperationId", "OperationName", "ParentId", "Properties", "Type", "_ResourceId",
    ];

    /// <summary>The columns of each table, from the reference of Azure Monitor's logs; those that the exporter fills.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Tables { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["AppRequests"] = [.. Common, "Id", "Name", "Url", "Source", "Success", "ResultCode", "DurationMs", "PerformanceBucket"],
        ["AppDependencies"] = [.. Common, "Id", "Name", "Target", "DependencyType", "Data", "Success", "ResultCode", "DurationMs", "PerformanceBucket"],
        ["AppTraces"] = [.. Common, "Message", "SeverityLevel"],
        ["AppMetrics"] = [.. Common, "Name", "Sum", "Min", "Max"],
    };

    private Schema(IReadOnlyDictionary<string, IReadOnlySet<string>> metrics, IReadOnlySet<string> logProperties) => (Metrics, LogProperties) = (metrics, logProperties);

    /// <summary>Every metric of the app, with its attributes.</summary>
    public IReadOnlyDictionary<string, IReadOnlySet<string>> Metrics { get; }

    /// <summary>What is in the app's log messages, and around them.</summary>
    public IReadOnlySet<string> LogProperties { get; }

    /// <summary>Asks the app itself: its meters for their instruments, by measuring for the attributes; its log messages for what is in them.</summary>
    public static Schema OfApp()
    {
        var metrics = new ConcurrentDictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name.StartsWith("DurableMl.", StringComparison.Ordinal))
                {
                    metrics.TryAdd(instrument.Name, new HashSet<string>(StringComparer.Ordinal));
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        MeasurePipelines();
        MeasureInference();
        return new Schema(metrics, Placeholders());

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var known = (HashSet<string>)metrics[instrument.Name];
            foreach ((string name, object? _) in tags)
            {
                known.Add(name);
            }
        }
    }

    private static void MeasurePipelines()
    {
        using var meter = new PipelineMeter();
        DateTimeOffset now = DateTimeOffset.UnixEpoch;
        var attempt = new TrialAttempt("run", "trial-000", 1, false, "job", "data", "1", new Dictionary<string, System.Text.Json.JsonElement>(StringComparer.Ordinal), 0, 1, "accuracy", TimeSpan.Zero, null, 1);
        var trial = new TrialSummary("trial-000", TrialState.Completed, null, null, null, 1, 1, 0, false, null);
        meter.RunStarted();
        meter.RunEnded(new RunOutput("run", "p", RunState.Published, null, [trial], null, null, null, null, [new PhaseTimes(RunPhase.Train, now, now)], [], null), null);
        meter.Preempted("job", 1);
        meter.AttemptEnded(attempt, TrialOutcomeKind.Succeeded, now, now, now);
    }

    // What measures a model is not public.
    private static void MeasureInference()
    {
        Assembly inference = typeof(InferenceOptions).Assembly;
        using var meter = (IDisposable)Activator.CreateInstance(inference.GetTypes().Single(type => type.Name == "InferenceMeter"))!;
        Type ofModel = inference.GetTypes().Single(type => type.Name == "ModelMetrics");
        object metrics = Activator.CreateInstance(ofModel, meter, "model", "1")!;
        ofModel.GetMethod("Answered")!.Invoke(metrics, [TimeSpan.Zero]);
        ofModel.GetMethod("Failed")!.Invoke(metrics, [500, TimeSpan.Zero]);
    }

    private static HashSet<string> Placeholders() =>
    [
        DurableMl.Functions.Hosting.RunScope.Run, DurableMl.Functions.Hosting.RunScope.Trial,
        .. new[] { typeof(PipelineMeter).Assembly, typeof(DurableMl.Functions.Hosting.RunScope).Assembly, typeof(InferenceOptions).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message)
            .OfType<string>()
            .SelectMany(message => Placeholder().Matches(message))
            .Select(match => match.Groups["name"].Value),
    ];

    [GeneratedRegex(@"\{(?<name>\w+)[^}]*\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Placeholder();
}
