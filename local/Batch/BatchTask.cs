using System.Text.Json;

namespace Azure.Compute.Batch;

/// <summary>A task: one command that runs on a node.</summary>
public class BatchTask
{
    internal BatchTask()
    {
    }

    /// <summary>Identifier, unique in the job without regard to case.</summary>
    public string Id { get; private init; }

    /// <summary>Current state.</summary>
    public BatchTaskState State { get; private init; }

    /// <summary>When it was added.</summary>
    public DateTimeOffset? CreationTime { get; private init; }

    /// <summary>How it ran; null if the service does not say.</summary>
    public BatchTaskExecutionInfo ExecutionInfo { get; private init; }

    /// <summary>Where it ran; null until it has been given a node.</summary>
    public BatchNodeInfo NodeInfo { get; private init; }

    /// <summary>Reads the body of a response.</summary>
    /// <exception cref="JsonException">The body is not a task.</exception>
    public static explicit operator BatchTask(Response response) => response.ReadBody(Read);

    internal static BatchTask Read(JsonElement json) => new()
    {
        Id = json.Text("id"),
        State = json.Text("state") is { } state ? new BatchTaskState(state) : default,
        CreationTime = json.Time("creationTime"),
        ExecutionInfo = json.Object("executionInfo") is { } execution ? BatchTaskExecutionInfo.Read(execution) : null,
        NodeInfo = json.Object("nodeInfo") is { } node ? BatchNodeInfo.Read(node) : null,
    };
}

/// <summary>State of a task. Case does not matter; the service may know more values.</summary>
public readonly struct BatchTaskState : IEquatable<BatchTaskState>
{
    private readonly string _value;

    /// <summary>Names a state, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchTaskState(string value) => _value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>Waiting for a node, perhaps again.</summary>
    public static BatchTaskState Active { get; } = new("active");

    /// <summary>Its node downloads files for it.</summary>
    public static BatchTaskState Preparing { get; } = new("preparing");

    /// <summary>Its command runs.</summary>
    public static BatchTaskState Running { get; } = new("running");

    /// <summary>Over, well or not.</summary>
    public static BatchTaskState Completed { get; } = new("completed");

    /// <summary>True for the same state.</summary>
    public static bool operator ==(BatchTaskState left, BatchTaskState right) => left.Equals(right);

    /// <summary>True for different states.</summary>
    public static bool operator !=(BatchTaskState left, BatchTaskState right) => !left.Equals(right);

    /// <summary>Names a state, known or not.</summary>
    public static implicit operator BatchTaskState(string value) => new(value);

    /// <inheritdoc/>
    public bool Equals(BatchTaskState other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchTaskState other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(_value ?? "");

    /// <inheritdoc/>
    public override string ToString() => _value;
}

/// <summary>How a task ran.</summary>
public class BatchTaskExecutionInfo
{
    internal BatchTaskExecutionInfo()
    {
    }

    /// <summary>When it last began to run; null until then.</summary>
    public DateTimeOffset? StartTime { get; private init; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; private init; }

    /// <summary>Exit code of the command; null while there is none, and for a command that never ran.</summary>
    public int? ExitCode { get; private init; }

    /// <summary>Why it failed; null if it did not.</summary>
    public BatchTaskFailureInfo FailureInfo { get; private init; }

    internal static BatchTaskExecutionInfo Read(JsonElement json) => new()
    {
        StartTime = json.Time("startTime"),
        EndTime = json.Time("endTime"),
        ExitCode = json.Number("exitCode"),
        FailureInfo = json.Object("failureInfo") is { } failure ? BatchTaskFailureInfo.Read(failure) : null,
    };
}

/// <summary>Why a task failed.</summary>
public class BatchTaskFailureInfo
{
    internal BatchTaskFailureInfo()
    {
    }

    /// <summary>Code for programs, such as <c>FailureExitCode</c>.</summary>
    public string Code { get; private init; }

    /// <summary>Explanation for people.</summary>
    public string Message { get; private init; }

    internal static BatchTaskFailureInfo Read(JsonElement json) => new() { Code = json.Text("code"), Message = json.Text("message") };
}

/// <summary>Where a task ran.</summary>
public class BatchNodeInfo
{
    internal BatchNodeInfo()
    {
    }

    /// <summary>The node.</summary>
    public string NodeId { get; private init; }

    internal static BatchNodeInfo Read(JsonElement json) => new() { NodeId = json.Text("nodeId") };
}
