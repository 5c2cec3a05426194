namespace Azure.Compute.Batch;

/// <summary>User account of the Batch service.</summary>
public class UserAccount
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="name">Name.</param>
    /// <param name="password">Password of the user.</param>
    public UserAccount(string name, string password)
    {
        Name = name ?? throw new ArgumentNullException(nameof(name));
        Password = password ?? throw new ArgumentNullException(nameof(password));
    }

    internal UserAccount()
    {
    }

    /// <summary>Name.</summary>
    public string Name { get; set; }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }

    /// <summary>Rights of the user.</summary>
    public ElevationLevel? ElevationLevel { get; set; }

    /// <summary>The linux user configuration.</summary>
    public LinuxUserConfiguration LinuxUserConfiguration { get; set; }

    /// <summary>The windows user configuration.</summary>
    public WindowsUserConfiguration WindowsUserConfiguration { get; set; }
}
