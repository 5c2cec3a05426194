using System.Text.Json;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps.Samplers;
using DurableMl.Orchestrations.Sweeps.Schedulers;

namespace DurableMl.Bench.Sweeps.Problems;

/// <summary>
/// Training that is not done, in which the best learning rate falls from 0.3 to 0.001 as it goes: each epoch closes a part of what is missing to an accuracy of 1,
/// the more the nearer its learning rate lies to the best of that epoch. No constant rate is good all the time.
/// </summary>
public static class ChangingOptimum
{
    private const int Population = 16;
    private const int Budget = 60;
    private const int Interval = 3;
    private const int Slots = 8;
    private const double MostOfAnEpoch = 0.1;
    private const double Width = 0.35;

    private static readonly SearchSpace Space = new(new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal) { ["learning_rate"] = new(ParameterKind.LogUniform, 1e-4, 1, []) });

    /// <summary>The best of a population, and of as many random trials of the same length, in several repetitions.</summary>
    /// <param name="repetitions">How many, each with a seed of its own.</param>
    public static PopulationAgainstRandom Compare(int repetitions) => new(
        [.. Enumerable.Range(0, repetitions).Select(seed => Best(seed, new PopulationScheduler(Population, Budget, ObjectiveGoal.Maximize, seed, Interval)))],
        [.. Enumerable.Range(0, repetitions).Select(seed => Best(seed, new FullTraining(Population, Budget)))]);

    /// <summary>Trains as a scheduler says. Returns the best accuracy of a trial trained in full.</summary>
    private static double Best(long seed, IScheduler scheduler)
    {
        var sampler = new RandomSampler(Space, seed);
        var explorer = new ParameterExplorer(Space, seed);
        var curves = new List<TrialCurve>();
        var trained = new List<Trained>();
        var reached = new Dictionary<(int Trial, int Budget), Trained>();
        while (true)
        {
            while (curves.Count(curve => curve.Phase == TrialPhase.Running) < Slots && scheduler.Next(curves) is { } step)
            {
                if (step.Trial == curves.Count)
                {
                    curves.Add(new TrialCurve(step.Trial, step.Budget, TrialPhase.Running, []));
                    trained.Add(new Trained(0, sampler.Sample(step.Trial, [])));
                    continue;
                }

                int at = curves[step.Trial].Budget;
                curves[step.Trial] = curves[step.Trial] with { Budget = step.Budget, Phase = TrialPhase.Running };
                if (step.From is { } from)
                {
                    Trained followed = reached[(from, at)];
                    trained[step.Trial] = followed with { Parameters = explorer.Explore(followed.Parameters, step.Trial, at) };
                }
            }

            int[] running = [.. curves.Where(curve => curve.Phase == TrialPhase.Running).Select(curve => curve.Trial)];
            if (running.Length == 0)
            {
                return curves.Max(curve => curve.At(Budget) ?? 0);
            }

            foreach (int trial in running)
            {
                int epoch = curves[trial].Points.Count + 1;
                Trained after = trained[trial] = trained[trial].Epoch(epoch);
                bool rests = epoch == curves[trial].Budget;
                curves[trial] = curves[trial] with { Points = [.. curves[trial].Points, new CurvePoint(epoch, after.Accuracy)], Phase = rests ? TrialPhase.Reached : TrialPhase.Running };
                if (rests)
                {
                    reached[(trial, epoch)] = after;
                }
            }
        }
    }

    private sealed record Trained(double Accuracy, IReadOnlyDictionary<string, JsonElement> Parameters)
    {
        public Trained Epoch(int epoch)
        {
            double best = Math.Log10(0.3) + ((Math.Log10(0.001) - Math.Log10(0.3)) * (epoch - 1) / (Budget - 1));
            double off = (Math.Log10(Parameters["learning_rate"].GetDouble()) - best) / Width;
            return this with { Accuracy = Accuracy + ((1 - Accuracy) * MostOfAnEpoch * Math.Exp(-off * off / 2)) };
        }
    }
}

/// <summary>What a population and random search came to, by repetition.</summary>
/// <param name="Population">The best accuracy of the population.</param>
/// <param name="Random">The best accuracy of random search with as many epochs.</param>
public sealed record PopulationAgainstRandom(IReadOnlyList<double> Population, IReadOnlyList<double> Random);
