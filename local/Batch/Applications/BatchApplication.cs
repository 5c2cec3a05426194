namespace Azure.Compute.Batch;

/// <summary>An application of the account.</summary>
public class BatchApplication
{
    internal BatchApplication()
    {
    }

    /// <summary>Identifier.</summary>
    public string Id { get; internal set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; internal set; }

    /// <summary>The versions there are.</summary>
    public IList<string> Versions { get; internal set; } = new UnsetList<string>();

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchApplication(Response response) => BatchJson.Read<BatchApplication>(response.Content);
}
