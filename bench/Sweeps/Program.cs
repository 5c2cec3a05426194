using System.Text;
using DurableMl.Bench.Sweeps.Problems;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Schedulers;

// dotnet run -c Release --project bench/Sweeps
// Fixed seeds, so the figures are the same on every machine. results.md is written anew.
const int Repetitions = 20;
const int Trials = 64;
const int Budget = 81;
const int Slots = 16;
var report = new StringBuilder();

Line($"# Results\n\n{Repetitions} repetitions with fixed seeds; medians, with quartiles in brackets.\n");
Line("## Samplers\n");
Line($"Trials that TPE needs to reach what random search has reached after {Trials} (the median of 500 repetitions).\n");
Line("| Function | Least value | Random search reaches | TPE, one at a time | Share | TPE, 8 at a time | Share |\n|---|---|---|---|---|---|---|");
foreach (TestFunction function in TestFunction.All)
{
    TpeAgainstRandom alone = Search.Compare(function, Repetitions);
    TpeAgainstRandom eight = Search.Compare(function, Repetitions, parallel: 8);
    Line($"| {function.Name} | {function.Least:G4} | {alone.Target:G4} | {Quartiles(alone.Needed)} | {alone.Share:P0} | {Quartiles(eight.Needed)} | {eight.Share:P0} |");
}

Line("\n## Schedulers\n");
Line($"Epochs that each needs to reach the best of {Trials} trials trained in full, {Budget} epochs each, on simulated learning curves; as a share of those {Trials * Budget}.");
Line($"{Slots} trials at a time, up to {4 * Trials} trials. A repetition that does not get there within the full epochs counts as all of them.\n");
Line("| Scheduler | Share of the epochs | Repetitions that get there |\n|---|---|---|");
Scheduler("ASHA, from 1 epoch, one in 3 goes on", trials => new AshaScheduler(trials, Budget, ObjectiveGoal.Maximize));
Scheduler("ASHA, from 3 epochs, one in 3 goes on", trials => new AshaScheduler(trials, Budget, ObjectiveGoal.Maximize, minimum: 3));
Scheduler("Hyperband, from 1 epoch, one in 3 goes on", trials => new HyperbandScheduler(trials, Budget, ObjectiveGoal.Maximize));
Scheduler("Median stop, after 5 epochs", trials => new MedianStop(trials, Budget, ObjectiveGoal.Maximize, grace: 5));
Scheduler("Full training", trials => new FullTraining(trials, Budget));

Line("\n## Population-based training\n");
Line("The best of 16 trials of 60 epochs where the best learning rate falls from 0.3 to 0.001 as training goes.\n");
Line("| | Accuracy |\n|---|---|");
PopulationAgainstRandom population = ChangingOptimum.Compare(Repetitions);
Line($"| Population, a look at the others every 3 epochs | {Spread(population.Population)} |");
Line($"| Random search | {Spread(population.Random)} |");

string folder = AppContext.BaseDirectory[..AppContext.BaseDirectory.IndexOf($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)];
File.WriteAllText(Path.Combine(folder, "results.md"), report.ToString());

void Scheduler(string name, Func<int, IScheduler> create)
{
    SchedulerAgainstFullTraining compared = LearningCurves.Compare(create, Repetitions, Trials, Budget, Slots);
    Line($"| {name} | {Search.Median(compared.Shares):P0} ({Search.Quantile(compared.Shares, 0.25):P0} to {Search.Quantile(compared.Shares, 0.75):P0}) | {compared.Reached} of {Repetitions} |");
}

void Line(string text)
{
    Console.WriteLine(text);
    report.AppendLine(text);
}

static string Spread(IReadOnlyList<double> values) =>
    FormattableString.Invariant($"{Search.Median(values):0.000} ({Search.Quantile(values, 0.25):0.000} to {Search.Quantile(values, 0.75):0.000})");

static string Quartiles(IReadOnlyList<int> numbers)
{
    double[] values = [.. numbers.Select(number => (double)number)];
    return FormattableString.Invariant($"{Search.Median(values):G3} ({Search.Quantile(values, 0.25):G3} to {Search.Quantile(values, 0.75):G3})");
}
