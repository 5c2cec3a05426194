using DurableMl.Orchestrations.Randomness;
using DurableMl.Orchestrations.Sweeps.Schedulers;

namespace DurableMl.Bench.Sweeps.Problems;

/// <summary>
/// Training that is not done: each trial has a curve of validation accuracy that rises from 0.1 towards a limit of its own, at a speed of
/// its own, with noise. Some of the best learn slowly, so that they look bad at first.
/// </summary>
/// <param name="seed">Decides all curves.</param>
public sealed class LearningCurves(long seed)
{
    private const double Start = 0.1;
    private const double Noise = 0.004;

    /// <summary>The accuracy of a trial after an epoch.</summary>
    public double At(int trial, int epoch)
    {
        var generator = SeededGenerator.For(seed, FormattableString.Invariant($"curve/{trial}"));
        double limit = 0.5 + (0.49 * generator.NextFraction());
        double speed = Math.Exp(Math.Log(15) * generator.NextFraction());
        var noise = SeededGenerator.For(seed, FormattableString.Invariant($"noise/{trial}/{epoch}"));
        return limit - ((limit - Start) * Math.Exp(-epoch / speed)) + (Noise * ((2 * noise.NextFraction()) - 1));
    }

    /// <summary>The best accuracy of these trials, each trained to the whole budget.</summary>
    public double Best(int trials, int budget) => Enumerable.Range(0, trials).Max(trial => At(trial, budget));

    /// <summary>
    /// How many epochs a scheduler needs to reach the best of some trials that are all trained in full, in several repetitions, each with its own
    /// curves. It may begin four times as many trials.
    /// </summary>
    /// <param name="create">Makes the scheduler of so many trials.</param>
    /// <param name="repetitions">How many repetitions.</param>
    /// <param name="trials">The trials that are trained in full.</param>
    /// <param name="budget">The epochs of each.</param>
    /// <param name="slots">Trials under way at a time.</param>
    public static SchedulerAgainstFullTraining Compare(Func<int, IScheduler> create, int repetitions, int trials, int budget, int slots)
    {
        ArgumentNullException.ThrowIfNull(create);
        int full = trials * budget;
        var shares = new List<double>();
        int reached = 0;
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            var curves = new LearningCurves(repetition);
            double target = curves.Best(trials, budget);
            SimulatedTraining training = curves.Train(create(4 * trials), slots, target, full);
            reached += training.Best >= target ? 1 : 0;
            shares.Add(training.Best >= target ? (double)training.Epochs / full : 1);
        }

        return new SchedulerAgainstFullTraining(shares, reached);
    }

    /// <summary>Trains as a scheduler says, an epoch of any trial taking as long as any other.</summary>
    /// <param name="scheduler">The scheduler.</param>
    /// <param name="slots">Trials under way at a time.</param>
    /// <param name="target">The accuracy at which to end.</param>
    /// <param name="mostEpochs">The epochs of all trials together after which to end all the same.</param>
    public SimulatedTraining Train(IScheduler scheduler, int slots, double target, int mostEpochs)
    {
        ArgumentNullException.ThrowIfNull(scheduler);
        var trials = new List<TrialCurve>();
        int epochs = 0;
        double best = 0;
        while (epochs < mostEpochs && best < target)
        {
            while (trials.Count(trial => trial.Phase == TrialPhase.Running) < slots && scheduler.Next(trials) is { } step)
            {
                if (step.Trial == trials.Count)
                {
                    trials.Add(new TrialCurve(step.Trial, step.Budget, TrialPhase.Running, []));
                }
                else
                {
                    trials[step.Trial] = trials[step.Trial] with { Budget = step.Budget, Phase = TrialPhase.Running };
                }
            }

            int[] running = [.. trials.Where(trial => trial.Phase == TrialPhase.Running).Select(trial => trial.Trial)];
            if (running.Length == 0)
            {
                break;
            }

            foreach (int trial in running)
            {
                TrialCurve before = trials[trial];
                int epoch = before.Points.Count + 1;
                double accuracy = At(trial, epoch);
                (epochs, best) = (epochs + 1, Math.Max(best, accuracy));
                TrialCurve after = before with
                {
                    Points = [.. before.Points, new CurvePoint(epoch, accuracy)],
                    Phase = epoch == before.Budget ? TrialPhase.Reached : TrialPhase.Running,
                };
                trials[trial] = after;
                if (after.Phase == TrialPhase.Running && scheduler.ShouldStop(after, trials))
                {
                    trials[trial] = after with { Phase = TrialPhase.Ended };
                }
            }
        }

        return new SimulatedTraining(trials, epochs, best);
    }
}

/// <summary>What came of training.</summary>
/// <param name="Trials">The trials.</param>
/// <param name="Epochs">Epochs of all trials together.</param>
/// <param name="Best">The best accuracy seen.</param>
public sealed record SimulatedTraining(IReadOnlyList<TrialCurve> Trials, int Epochs, double Best);

/// <summary>How a scheduler compares with training all trials in full.</summary>
/// <param name="Shares">The share of the epochs that it needed for the same, in each repetition; 1 where it did not get there.</param>
/// <param name="Reached">The repetitions in which it got there.</param>
public sealed record SchedulerAgainstFullTraining(IReadOnlyList<double> Shares, int Reached);
