using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Planner.Measurements;
using Planner.Storage;
using Planner.Tests.Processes;

namespace Planner.ServiceBench;

/// <summary>Samples into SQLite in batches: at least 0.7 of the rate of bare prepared inserts of the same rows into the same tables, in turn.</summary>
internal static class SampleStudy
{
    private const int Rounds = 15;
    private const int Batches = 20;
    private static readonly int[] BatchSizes = [100, 1000];

    private const string Insert = """
        insert into arc_sample (device, device_class, arc, outcome, duration_ticks, at_ticks, host, machine, attempt) values ($device, $class, $arc, $outcome, $duration, $at, $host, $machine, $attempt)
        """;

    private static readonly string[] Names = ["$device", "$class", "$arc", "$outcome", "$duration", "$at", "$host", "$machine", "$attempt"];

    public static Task RunAsync()
    {
        foreach (var size in BatchSizes)
        {
            var ratios = new List<double>();
            var rates = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                using var folder = new TemporaryDirectory();
                var samples = Enumerable.Range(0, size).Select(i => Sample(i, round)).ToArray();
                using var ours = SqliteMeasurementStore.Open(StoreAddress.Parse(folder.File("ours.db")));
                SqliteMeasurementStore.Open(StoreAddress.Parse(folder.File("bare.db"))).Dispose();
                using var connection = new SqliteConnection($"Data Source={folder.File("bare.db")};Pooling=False");
                connection.Open();
                Execute(connection, "pragma journal_mode = wal; pragma synchronous = full");

                // In turn, so that what else the host does meets both.
                var (mine, bare) = (TimeSpan.Zero, TimeSpan.Zero);
                for (var batch = 0; batch < Batches; batch++)
                {
                    mine += Took(() => ours.Append(new MeasurementBatch { Arcs = samples }));
                    bare += Took(() => InsertBare(connection, samples));
                }

                ratios.Add(bare / mine);
                rates.Add(size * Batches / mine.TotalSeconds);
            }

            ratios.Sort();
            rates.Sort();
            Console.WriteLine($"batches of {size}: {rates[Rounds / 2]:N0} samples/s, {ratios[Rounds / 2]:0.00} of bare prepared inserts (median of {Rounds} rounds of {Batches} batches each, {ratios[0]:0.00} to {ratios[^1]:0.00})");
        }

        return Task.CompletedTask;
    }

    private static ArcSample Sample(int i, int round) => new(
        $"nic{i % 4}", "sim/fast-nic/1.0", new Arc(DeviceState.Stop, DeviceState.StopCopy), TimeSpan.FromMicroseconds(1000 + i), ArcOutcome.Completed, DateTimeOffset.UnixEpoch.AddSeconds((round * 100_000) + i))
    {
        Origin = new SampleOrigin("host-1", $"vm-{i % 100}", $"{round:x8}{i:x8}"),
    };

    private static void InsertBare(SqliteConnection connection, IReadOnlyList<ArcSample> samples)
    {
        using var transaction = connection.BeginTransaction();
        using var command = connection.CreateCommand();
        (command.CommandText, command.Transaction) = (Insert, transaction);
        var parameters = Names.Select(n => command.Parameters.Add(new SqliteParameter(n, null))).ToArray();
        command.Prepare();
        foreach (var sample in samples)
        {
            object?[] row =
            [
                sample.Device, sample.DeviceClass, "STOP->STOP_COPY", "Completed", sample.Duration.Ticks, sample.At.UtcTicks, sample.Origin!.Host, sample.Origin.Machine, sample.Origin.Attempt,
            ];
            for (var i = 0; i < row.Length; i++)
            {
                parameters[i].Value = row[i] ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private static void Execute(SqliteConnection connection, string text)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static TimeSpan Took(Action work)
    {
        var began = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(began);
    }
}
