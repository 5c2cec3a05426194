namespace DurableMl.Cli.Hosting;

/// <summary>The emulated Batch account. Who holds its key can start processes here, so each state folder makes its own.</summary>
/// <param name="Name">The account name.</param>
/// <param name="Key">The shared key, base64.</param>
internal sealed record BatchAccount(string Name, string Key)
{
    private const string AccountName = "durableml";

    /// <summary>The account with the state folder's key, which is made at the first start.</summary>
    public static BatchAccount Load(string stateFolder) => new(AccountName, SecretKey.Load(Path.Combine(stateFolder, "batch-account.key")));
}
