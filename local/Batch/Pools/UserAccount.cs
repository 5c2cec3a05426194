namespace Azure.Compute.Batch;

/// <summary>A user to create on nodes.</summary>
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

    /// <summary>What holds for the user on Linux only.</summary>
    public LinuxUserConfiguration LinuxUserConfiguration { get; set; }

    /// <summary>What holds for the user on Windows only.</summary>
    public WindowsUserConfiguration WindowsUserConfiguration { get; set; }
}
