using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Jobs;
using DurableMl.Local.BatchEmulator.Storage;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Tasks;

/// <summary>What a task's definition must satisfy beyond its form.</summary>
internal static class TaskValidation
{
    private const int LongestDependencyList = 64000;

    /// <summary>Checks a new task of the job.</summary>
    public static void Check(JsonObject task, Job job)
    {
        Identifiers.Check("id", task.Text("id")!);
        if (string.IsNullOrWhiteSpace(task.Text("commandLine")) && task.Object("containerSettings") is null)
        {
            throw BatchErrors.InvalidProperty("commandLine", "", "A command line is needed.");
        }

        foreach (var (property, other, code) in ((string, string, string)[])
            [("jobPreparationTask", "jobpreparation", "TaskIdSameAsJobPreparationTask"), ("jobReleaseTask", "jobrelease", "TaskIdSameAsJobReleaseTask")])
        {
            if (job.Definition.Object(property) is { } special && string.Equals(special.Text("id") ?? other, task.Text("id"), StringComparison.OrdinalIgnoreCase))
            {
                throw BatchErrors.Conflict(code, $"The task has the id of the job's {property}.");
            }
        }

        if (task.Object("constraints")?.Integer("maxTaskRetryCount") is < -1 and { } retries)
        {
            throw BatchErrors.InvalidProperty("constraints.maxTaskRetryCount", retries.ToString(CultureInfo.InvariantCulture), "The value must be -1 or more.");
        }

        var slots = task.Integer("requiredSlots") ?? 1;
        if (slots < 1)
        {
            throw BatchErrors.InvalidProperty("requiredSlots", slots.ToString(CultureInfo.InvariantCulture), "The value must be 1 or more.");
        }

        if (task.Object("multiInstanceSettings") is { } instances)
        {
            if (slots != 1)
            {
                throw BatchErrors.InvalidProperty("requiredSlots", slots.ToString(CultureInfo.InvariantCulture), "A multi-instance task takes one slot a node.");
            }

            if ((instances.Integer("numberOfInstances") ?? 1) < 1)
            {
                throw BatchErrors.InvalidProperty("multiInstanceSettings.numberOfInstances", null, "The value must be 1 or more.");
            }
        }

        CheckExitConditions(task, job);
        CheckDependencies(task, job);
        CheckCommand(task, "");
    }

    /// <summary>Checks the files and references of anything that runs a command: a task, a start task, a job's own tasks.</summary>
    public static void CheckCommand(JsonObject? task, string path)
    {
        if (task is null)
        {
            return;
        }

        foreach (var (setting, i) in task.Objects("environmentSettings").Select((s, i) => (s, i)))
        {
            CheckEnvironmentSetting(setting, $"{path}environmentSettings[{i}]");
        }

        foreach (var (file, i) in task.Objects("resourceFiles").Select((f, i) => (f, i)))
        {
            CheckResourceFile(file, $"{path}resourceFiles[{i}]");
        }

        foreach (var (file, i) in task.Object("multiInstanceSettings")?.Objects("commonResourceFiles").Select((f, i) => (f, i)) ?? [])
        {
            CheckResourceFile(file, $"{path}multiInstanceSettings.commonResourceFiles[{i}]");
        }

        if (task.ContainsKey("authenticationTokenSettings"))
        {
            throw BatchErrors.InvalidProperty(path + "authenticationTokenSettings", null, "Authentication tokens for tasks were retired on 2024-09-30.");
        }

        CheckPackages(task);
        foreach (var (file, i) in task.Objects("outputFiles").Select((f, i) => (f, i)))
        {
            if (file.Object("destination")!.Object("container") is not { } container)
            {
                throw BatchErrors.MissingProperty($"{path}outputFiles[{i}].destination.container");
            }

            try
            {
                _ = new FilePattern(file.Text("filePattern")!);
            }
            catch (ArgumentException e)
            {
                throw BatchErrors.InvalidProperty($"{path}outputFiles[{i}].filePattern", file.Text("filePattern"), e.Message);
            }

            if (container.ContainsKey("identityReference"))
            {
                throw BatchErrors.InvalidProperty($"{path}outputFiles[{i}].destination.container.identityReference", null, "The emulated nodes have no managed identity; use a SAS.");
            }

            if (container.Objects("uploadHeaders").FirstOrDefault(h => !OutputFiles.IsHeader(h.Text("name")!)) is { } header)
            {
                throw BatchErrors.InvalidProperty($"{path}outputFiles[{i}].destination.container.uploadHeaders", header.Text("name"),
                    "The emulator sets x-ms-blob-content-type, -encoding, -language, -disposition and x-ms-blob-cache-control.");
            }

            CheckUrl($"{path}outputFiles[{i}].destination.container.containerUrl", container.Text("containerUrl")!);
        }
    }

    /// <summary>Refuses a name or value that no process can have.</summary>
    public static void CheckEnvironmentSetting(JsonObject setting, string path)
    {
        var name = setting.Text("name")!;
        if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || (setting.Text("value") ?? "").Contains('\0', StringComparison.Ordinal))
        {
            throw BatchErrors.InvalidProperty(path + ".name", name, "A variable has a name without '=', and neither it nor its value holds a NUL.");
        }
    }

    /// <summary>Refuses application packages, which the account cannot have.</summary>
    public static void CheckPackages(JsonObject definition)
    {
        if (definition.Objects("applicationPackageReferences").FirstOrDefault() is { } package)
        {
            throw new BatchException(400, "InvalidApplicationPackageReferences", "One or more application package references could not be satisfied.",
                ("ApplicationId", package.Text("applicationId")!), ("Reason", "The emulated account has no application packages; use resource files."));
        }
    }

    /// <summary>Checks that a resource file has one source that the emulator can fetch.</summary>
    public static void CheckResourceFile(JsonObject file, string path)
    {
        var sources = ((string[])["autoStorageContainerName", "storageContainerUrl", "httpUrl"]).Where(file.ContainsKey).ToList();
        if (sources.Count != 1)
        {
            throw BatchErrors.InvalidProperty(path, null, "Exactly one of autoStorageContainerName, storageContainerUrl and httpUrl is needed.");
        }

        if (sources[0] == "httpUrl" && file.Text("filePath") is null)
        {
            throw BatchErrors.MissingProperty(path + ".filePath");
        }

        if (file.ContainsKey("identityReference"))
        {
            throw BatchErrors.InvalidProperty(path + ".identityReference", null, "The emulated nodes have no managed identity; use a SAS.");
        }

        if (sources[0] != "autoStorageContainerName")
        {
            CheckUrl($"{path}.{sources[0]}", file.Text(sources[0])!);
        }

        if (file.Text("fileMode") is { Length: > 0 } mode && !mode.All(c => c is >= '0' and <= '7'))
        {
            throw BatchErrors.InvalidProperty(path + ".fileMode", mode, "The value must be an octal number such as 0770.");
        }
    }

    /// <summary>REST reference, ExitOptions.jobAction: to give one is an error where the job's onTaskFailure is noaction.</summary>
    private static void CheckExitConditions(JsonObject task, Job job)
    {
        if (task.Object("exitConditions") is not { } conditions || job.Definition.Text("onTaskFailure") == "performexitoptionsjobaction")
        {
            return;
        }

        var options = conditions.Objects("exitCodes").Select((c, i) => (Path: $"exitCodes[{i}].exitOptions", Options: c.Object("exitOptions")))
            .Concat(conditions.Objects("exitCodeRanges").Select((r, i) => (Path: $"exitCodeRanges[{i}].exitOptions", Options: r.Object("exitOptions"))))
            .Concat(((string[])["preProcessingError", "fileUploadError", "default"]).Select(name => (Path: name, Options: conditions.Object(name))));
        foreach (var (path, option) in options)
        {
            if (option?.Text("jobAction") is { } action)
            {
                throw BatchErrors.InvalidProperty($"exitConditions.{path}.jobAction", action, "The job's onTaskFailure is noaction, so an exit condition cannot have a job action.");
            }
        }
    }

    private static void CheckUrl(string path, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw BatchErrors.InvalidProperty(path, url.Split('?')[0], "The value must be an http or https URL.");
        }
    }

    private static void CheckDependencies(JsonObject task, Job job)
    {
        if (task.Object("dependsOn") is not { } dependencies)
        {
            return;
        }

        if (!job.UsesTaskDependencies)
        {
            throw BatchErrors.Conflict("TaskDependenciesNotSpecifiedOnJob", "The job must have usesTaskDependencies set for its tasks to depend on tasks.");
        }

        if (dependencies.Texts("taskIds").Sum(id => id.Length) > LongestDependencyList)
        {
            throw new BatchException(413, "TaskDependencyListTooLong", "The ids of the tasks depended on have more than 64,000 characters in all.");
        }

        foreach (var range in dependencies.Objects("taskIdRanges"))
        {
            if (range.Integer("start") > range.Integer("end"))
            {
                throw BatchErrors.InvalidProperty("dependsOn.taskIdRanges", range.ToJsonString(), "The end of a range must not be before its start.");
            }
        }
    }
}
