using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.State;

/// <summary>A state, since when, and the one before.</summary>
internal sealed class StateHistory
{
    public string Current { get; set; } = "";

    public DateTimeOffset Since { get; set; }

    public string? Previous { get; set; }

    public DateTimeOffset? PreviousSince { get; set; }

    /// <summary>Enters the state, unless it is the current one.</summary>
    public bool Enter(string state, DateTimeOffset now)
    {
        if (Current == state)
        {
            return false;
        }

        if (Current.Length > 0)
        {
            (Previous, PreviousSince) = (Current, Since);
        }

        (Current, Since) = (state, now);
        return true;
    }

    /// <summary>Writes state, stateTransitionTime, previousState and previousStateTransitionTime.</summary>
    public void Write(JsonObject json)
    {
        json["state"] = Current;
        json["stateTransitionTime"] = Iso8601.Time(Since);
        json.Put("previousState", Previous);
        json.Put("previousStateTransitionTime", PreviousSince);
    }
}
