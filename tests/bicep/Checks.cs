using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bicep.Tests;

/// <summary>What must be true of every deployment. Each check returns what is wrong, a line for each.</summary>
public static partial class Checks
{
    private const int ShortestReason = 20;

    private const string Containers = "Microsoft.Storage/storageAccounts/blobServices/containers";
    private const string Accounts = "Microsoft.Storage/storageAccounts";

    /// <summary>The roles that may be given, with the types of resources that are the smallest they work on.</summary>
    private static readonly Dictionary<string, (string Name, string[] Scopes)> Roles = new(StringComparer.Ordinal)
    {
        ["7f951dda-4ed3-4680-a7ca-43fe172d538d"] = ("AcrPull", ["Microsoft.ContainerRegistry/registries"]),
        ["8311e382-0749-4cb8-b61a-304f252e45ec"] = ("AcrPush", ["Microsoft.ContainerRegistry/registries"]),
        ["11076f67-66f6-4be0-8f6b-f0609fd05cc9"] = ("Azure Batch Account Reader", ["Microsoft.Batch/batchAccounts"]),
        ["48e5e92e-a480-4e71-aa9c-2778f4c13781"] = ("Azure Batch Job Submitter", ["Microsoft.Batch/batchAccounts"]),
        // Trials get containers of their own, so for the app it is the account.
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = ("Storage Blob Data Contributor", [Containers, Accounts + "/stdata"]),
        ["2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"] = ("Storage Blob Data Reader", [Containers]),
        // The Functions host makes containers in its own account, and asks for this role.
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = ("Storage Blob Data Owner", [Accounts + "/sthost"]),
        // Queues and tables are made at run time, so there is nothing smaller to name.
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = ("Storage Queue Data Contributor", [Accounts]),
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = ("Storage Table Data Contributor", [Accounts + "/sthost"]),
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = ("Monitoring Metrics Publisher", ["Microsoft.Insights/components"]),
        ["0ad04412-c4d5-4796-b79c-f76d14c8d402"] = ("Durable Task Data Contributor", ["Microsoft.DurableTask/schedulers/taskHubs"]),
    };

    /// <summary>Longest names, and the characters in them, by type. A type that is missing here is an error: look its limits up.</summary>
    private static readonly Dictionary<string, (int Longest, Regex Form)> Names = new(StringComparer.Ordinal)
    {
        ["Microsoft.Resources/resourceGroups"] = (90, Words()),
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = (128, Words()),
        ["Microsoft.OperationalInsights/workspaces"] = (63, Dashes()),
        ["Microsoft.Insights/components"] = (255, Words()),
        ["Microsoft.Insights/actionGroups"] = (260, Words()),
        ["Microsoft.Insights/scheduledQueryRules"] = (260, Words()),
        ["Microsoft.Insights/workbooks"] = (36, Dashes()),
        ["Microsoft.Insights/diagnosticSettings"] = (260, Words()),
        ["Microsoft.Storage/storageAccounts"] = (24, SmallLetters()),
        ["Microsoft.Storage/storageAccounts/blobServices"] = (7, SmallLetters()),
        ["Microsoft.Storage/storageAccounts/queueServices"] = (7, SmallLetters()),
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = (63, Dashes()),
        ["Microsoft.Storage/storageAccounts/managementPolicies"] = (7, SmallLetters()),
        ["Microsoft.ContainerRegistry/registries"] = (50, Letters()),
        ["Microsoft.Batch/batchAccounts"] = (24, SmallLetters()),
        ["Microsoft.Batch/batchAccounts/pools"] = (64, Words()),
        ["Microsoft.Web/serverfarms"] = (60, Dashes()),
        // The host's id is the first 32 characters of the name; two apps that share them share locks.
        ["Microsoft.Web/sites"] = (32, Dashes()),
        ["Microsoft.Web/sites/config"] = (60, Letters()),
        ["Microsoft.Web/sites/basicPublishingCredentialsPolicies"] = (60, Letters()),
        ["Microsoft.EventGrid/systemTopics"] = (128, Dashes()),
        ["Microsoft.EventGrid/systemTopics/eventSubscriptions"] = (64, Dashes()),
        ["Microsoft.DurableTask/schedulers"] = (64, Dashes()),
        ["Microsoft.DurableTask/schedulers/taskHubs"] = (64, Dashes()),
        ["Microsoft.App/managedEnvironments"] = (32, Dashes()),
        ["Microsoft.App/containerApps"] = (32, Dashes()),
        ["Microsoft.Network/publicIPAddresses"] = (80, Words()),
        ["Microsoft.Network/natGateways"] = (80, Words()),
        ["Microsoft.Network/networkSecurityGroups"] = (80, Words()),
        ["Microsoft.Network/virtualNetworks"] = (64, Words()),
        ["Microsoft.Network/privateEndpoints"] = (64, Words()),
        ["Microsoft.Network/privateEndpoints/privateDnsZoneGroups"] = (80, Words()),
        ["Microsoft.Network/privateDnsZones"] = (63, Words()),
        ["Microsoft.Network/privateDnsZones/virtualNetworkLinks"] = (80, Words()),
        ["Microsoft.Consumption/budgets"] = (63, Words()),
    };

    /// <summary>Types that take no tags, as Azure has it.</summary>
    private static readonly HashSet<string> Untagged = new(StringComparer.Ordinal)
    {
        "Microsoft.Authorization/roleAssignments", "Microsoft.Storage/storageAccounts/blobServices", "Microsoft.Storage/storageAccounts/queueServices",
        "Microsoft.Storage/storageAccounts/blobServices/containers", "Microsoft.Storage/storageAccounts/managementPolicies", "Microsoft.Web/sites/config",
        "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "Microsoft.EventGrid/systemTopics/eventSubscriptions", "Microsoft.DurableTask/schedulers/taskHubs",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups", "Microsoft.Insights/diagnosticSettings", "Microsoft.Consumption/budgets",
    };

    /// <summary>Sign-ins by key that have to be turned off, by type: the property, and the value that does it.</summary>
    private static readonly (string Type, string Property, string Off)[] KeySwitches =
    [
        ("Microsoft.Storage/storageAccounts", "allowSharedKeyAccess", "false"),
        ("Microsoft.Storage/storageAccounts", "allowBlobPublicAccess", "false"),
        ("Microsoft.ContainerRegistry/registries", "adminUserEnabled", "false"),
        ("Microsoft.ContainerRegistry/registries", "anonymousPullEnabled", "false"),
        ("Microsoft.Insights/components", "DisableLocalAuth", "true"),
        ("Microsoft.Batch/batchAccounts", "allowedAuthenticationModes", "[\"AAD\"]"),
        ("Microsoft.Web/sites/basicPublishingCredentialsPolicies", "allow", "false"),
        ("Microsoft.Web/sites", "httpsOnly", "true"),
    ];

    /// <summary>Every role assignment says why it is there, is one of the known roles, is given on the smallest resource, and only once.</summary>
    public static IReadOnlyList<string> RoleAssignments(Deployment deployment)
    {
        var errors = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (Resource assignment in deployment.Of("Microsoft.Authorization/roleAssignments"))
        {
            string scope = ScopeOf(assignment);
            string role = assignment.Property("roleDefinitionId")?.GetString()?.Split('/')[^1].TrimEnd(')', ']', '\'') ?? "";
            string what = $"role {(Roles.TryGetValue(role, out var known) ? known.Name : role)} on {scope}";
            if ((assignment.Property("description")?.GetString()?.Length ?? 0) < ShortestReason)
            {
                errors.Add($"{what}: no reason is given in 'description'");
            }

            if (known.Name is null)
            {
                errors.Add($"{what}: this role is not among those that may be given");
            }
            else if (!known.Scopes.Any(allowed => Matches(scope, allowed)))
            {
                errors.Add($"{what}: the smallest scope is {string.Join(" or ", known.Scopes)}");
            }

            if (assignment.Property("principalType") is null)
            {
                errors.Add($"{what}: without 'principalType' the assignment fails while the identity is new");
            }

            if (!seen.Add(assignment.Name))
            {
                errors.Add($"{what}: is given twice");
            }
        }

        return errors;
    }

    /// <summary>Sign-ins by key are off, and nothing looks like a key.</summary>
    public static IReadOnlyList<string> KeysOff(Deployment deployment)
    {
        var errors = new List<string>();
        foreach ((string type, string property, string off) in KeySwitches)
        {
            errors.AddRange(deployment.Of(type)
                .Where(resource => (resource.Property(property)?.GetRawText().ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal) ?? "") != off)
                .Select(resource => $"{resource}: {property} must be {off}"));
        }

        return errors;
    }

    /// <summary>No function reads a key, no parameter or output has one, and no text looks like one.</summary>
    /// <param name="template">The compiled template.</param>
    /// <param name="allowed">Calls that may read a key.</param>
    public static IReadOnlyList<string> Secrets(JsonElement template, params IReadOnlyList<string> allowed)
    {
        var errors = new List<string>();
        Walk(template, "", (path, name, value) =>
        {
            if (value.ValueKind == JsonValueKind.String && value.GetString() is { } text)
            {
                string rest = allowed.Aggregate(text, (left, call) => left.Replace(call, "", StringComparison.Ordinal));
                if (KeyCall().Match(rest) is { Success: true } call)
                {
                    errors.Add($"{path}: {call.Value} reads a key");
                }

                if (KeyText().Match(text) is { Success: true } key)
                {
                    errors.Add($"{path}: '{key.Value}' looks like a key");
                }
            }

            bool declared = path.EndsWith("/parameters/" + name, StringComparison.Ordinal) || path.EndsWith("/outputs/" + name, StringComparison.Ordinal);
            if (declared && SecretName().IsMatch(name))
            {
                errors.Add($"{path}: a secret as a parameter or an output stays in the deployment's history");
            }

            if (name == "type" && value.ValueKind == JsonValueKind.String && value.GetString() is "securestring" or "secureObject")
            {
                errors.Add($"{path}: nothing here needs a secret");
            }
        });
        return errors;
    }

    /// <summary>Names have the form and the length that Azure takes.</summary>
    public static IReadOnlyList<string> NamesFit(Deployment deployment)
    {
        var errors = new List<string>();
        foreach (Resource resource in deployment.Resources)
        {
            // A role assignment's name is a hash, and a name that only Azure can work out is a zone's or a link's, which is fixed.
            if (resource.Type == "Microsoft.Authorization/roleAssignments" || resource.Name.StartsWith('['))
            {
                continue;
            }

            if (!Names.TryGetValue(resource.Type, out var rule))
            {
                errors.Add($"{resource}: the limits of this type's names are not known here");
            }
            else if (resource.OwnName.Length > rule.Longest)
            {
                errors.Add($"{resource}: {resource.OwnName.Length} characters, of which {rule.Longest} are allowed");
            }
            else if (!rule.Form.IsMatch(resource.OwnName))
            {
                errors.Add($"{resource}: a character that is not allowed");
            }
        }

        return errors;
    }

    /// <summary>Everything that takes tags says which deployment and which application it belongs to.</summary>
    public static IReadOnlyList<string> Tags(Deployment deployment)
    {
        string[] wanted = ["azd-env-name", "application"];
        return
        [
            .. deployment.Resources.Where(resource => !Untagged.Contains(resource.Type)).SelectMany(resource => wanted
                .Where(tag => !resource.Json.TryGetProperty("tags", out JsonElement tags) || !tags.TryGetProperty(tag, out _))
                .Select(tag => $"{resource}: the tag '{tag}' is missing")),
        ];
    }

    // An assignment's id begins with its scope, as text or as the first argument of a function that only Azure evaluates.
    private static string ScopeOf(Resource assignment)
    {
        Match match = Scope().Match(assignment.Id);
        return match.Success ? match.Groups[match.Groups[1].Success ? 1 : 2].Value : assignment.Id;
    }

    private static bool Matches(string scope, string allowed)
    {
        string[] parts = scope.Split("/providers/")[^1].Split('/');
        string type = scope.Contains("/providers/", StringComparison.Ordinal) ? parts[0] + "/" + string.Join('/', parts.Skip(1).Where((_, index) => index % 2 == 0)) : "";
        string ownName = parts[^1];
        return type == allowed || (allowed.StartsWith(type + "/", StringComparison.Ordinal) && ownName.StartsWith(allowed[(type.Length + 1)..], StringComparison.Ordinal));
    }

    private static void Walk(JsonElement element, string path, Action<string, string, JsonElement> visit)
    {
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in element.EnumerateObject())
            {
                string inner = $"{path}/{property.Name}";
                visit(inner, property.Name, property.Value);
                Walk(property.Value, inner, visit);
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray())
            {
                string inner = FormattableString.Invariant($"{path}/{index++}");
                visit(inner, "", item);
                Walk(item, inner, visit);
            }
        }
    }

    [GeneratedRegex(@"extensionResourceId\('([^']+)'|^(/.+)/providers/Microsoft\.Authorization/roleAssignments/")]
    private static partial Regex Scope();

    [GeneratedRegex(@"\blist[A-Z]\w*\(")]
    private static partial Regex KeyCall();

    [GeneratedRegex(@"(AccountKey|SharedAccessKey|SharedAccessSignature|[Pp]assword|ClientSecret)=|[?&]sig=|\b[A-Za-z0-9+/]{86}==")]
    private static partial Regex KeyText();

    [GeneratedRegex(@"([Kk]ey|[Ss]ecret|[Pp]assword|[Ss]as|[Cc]onnectionString)s?$|[Tt]oken(Value)?$(?<!^token$)")]
    private static partial Regex SecretName();

    [GeneratedRegex(@"^[A-Za-z0-9][\w.()-]*$")]
    private static partial Regex Words();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]$")]
    private static partial Regex Dashes();

    [GeneratedRegex(@"^[a-z0-9]{3,}$")]
    private static partial Regex SmallLetters();

    [GeneratedRegex(@"^[A-Za-z0-9]+$")]
    private static partial Regex Letters();
}
