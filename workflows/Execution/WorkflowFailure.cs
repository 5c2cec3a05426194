namespace DurableMl.Workflows.Execution;

/// <summary>The names of the errors that the language itself raises.</summary>
public static class ErrorNames
{
    /// <summary>Matches every error but <see cref="Runtime"/> and <see cref="DataLimitExceeded"/>.</summary>
    public const string All = "States.ALL";

    /// <summary>Matches every error of a task but <see cref="Timeout"/>.</summary>
    public const string TaskFailed = "States.TaskFailed";

    /// <summary>A task or an execution took too long.</summary>
    public const string Timeout = "States.Timeout";

    /// <summary>A worker did not report in time.</summary>
    public const string HeartbeatTimeout = "States.HeartbeatTimeout";

    /// <summary>A state could not process its data; never caught by <see cref="All"/>.</summary>
    public const string Runtime = "States.Runtime";

    /// <summary>A JSONata expression failed or gave something of the wrong type.</summary>
    public const string QueryEvaluation = "States.QueryEvaluationError";

    /// <summary>A state's output is larger than an execution may carry.</summary>
    public const string DataLimitExceeded = "States.DataLimitExceeded";

    /// <summary>No rule of a Choice state matched and it has no default.</summary>
    public const string NoChoiceMatched = "States.NoChoiceMatched";

    /// <summary>An intrinsic function got arguments that it cannot work on.</summary>
    public const string IntrinsicFailure = "States.IntrinsicFailure";

    /// <summary>More items of a Map state failed than it tolerates.</summary>
    public const string ExceedToleratedFailureThreshold = "States.ExceedToleratedFailureThreshold";

    /// <summary>A state's result cannot be put where ResultPath says.</summary>
    public const string ReferencePathConflict = "States.ReferencePathConflict";

    /// <summary>The results of a Map state could not be written.</summary>
    public const string ResultWriterFailed = "States.ResultWriterFailed";

    /// <summary>The items of a Map state could not be read.</summary>
    public const string ItemReaderFailed = "States.ItemReaderFailed";
}

/// <summary>A state failed; carries what Retry and Catch decide on.</summary>
public sealed class WorkflowFailure : Exception
{
    /// <summary>A failure by the names and texts of the language.</summary>
    public WorkflowFailure(string? error, string? cause)
        : base(cause ?? error ?? "The execution failed without an error or a cause.")
    {
        Error = error;
        Cause = cause;
    }

    /// <summary>The name of the error; null where a Fail state gives none.</summary>
    public string? Error { get; }

    /// <summary>What happened, for people; null where nothing was said.</summary>
    public string? Cause { get; }

    /// <summary>The field whose expression failed; null for other failures.</summary>
    internal string? Location { get; init; }

    /// <summary>Whether the cause lacks the name of the state, which only the interpreter knows.</summary>
    internal bool LacksState { get; init; }

    /// <summary>Whether no Retry and no Catch applies, whatever it names: nothing may follow what a replay could decide otherwise.</summary>
    internal bool IsFinal { get; init; }

    internal static WorkflowFailure Runtime(string cause) => new(ErrorNames.Runtime, cause) { LacksState = true };

    internal static WorkflowFailure Query(string cause, string? location) =>
        new(ErrorNames.QueryEvaluation, cause) { LacksState = true, Location = location };

    internal WorkflowFailure In(string state, int enteredId) =>
        new(Error, $"An error occurred while executing the state '{state}' (entered at the event id #{enteredId}). {Cause}")
        {
            Location = Location,
            IsFinal = IsFinal,
        };

    /// <summary>Whether an <c>ErrorEquals</c> list names this failure.</summary>
    internal bool IsNamedIn(IEnumerable<string> errorEquals) => !IsFinal && errorEquals.Any(name =>
        name == Error
        || (name == ErrorNames.All && Error is not (ErrorNames.Runtime or ErrorNames.DataLimitExceeded))
        || (name == ErrorNames.TaskFailed && Error is not (ErrorNames.Timeout or ErrorNames.Runtime or ErrorNames.DataLimitExceeded)));
}
