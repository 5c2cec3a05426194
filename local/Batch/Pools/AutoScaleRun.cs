namespace Azure.Compute.Batch;

/// <summary>Result of evaluating a formula.</summary>
public class AutoScaleRun
{
    internal AutoScaleRun()
    {
    }

    /// <summary>When it was evaluated.</summary>
    public DateTimeOffset Timestamp { get; internal set; }

    /// <summary>The values of the formula's variables, as <c>$name=value;</c>.</summary>
    public string Results { get; internal set; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public AutoScaleRunError Error { get; internal set; }

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator AutoScaleRun(Response response) => BatchJson.Read<AutoScaleRun>(response.Content);
}
