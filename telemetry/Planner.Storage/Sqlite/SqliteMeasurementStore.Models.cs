using System.Data.Common;
using System.Security.Cryptography;
using System.Text;
using Planner.Measurements;

namespace Planner.Storage;

/// <summary>The models in the store.</summary>
public sealed partial class SqliteMeasurementStore
{
    /// <inheritdoc/>
    public long Save(ModelRecord model)
    {
        if (model.Body.Length > ModelRecord.MaximumBodyLength)
        {
            throw new ArgumentException($"The model has {model.Body.Length} characters, and at most {ModelRecord.MaximumBodyLength} are kept: train fewer trees.", nameof(model));
        }

        if (IsReadOnly)
        {
            throw SqliteFailure.CannotBeWritten(_path);
        }

        return Guarded(() =>
        {
            using var transaction = _connection.BeginTransaction();
            var version = _connection.QueryNumber(Statements.ReadNextModelVersion, ("name", model.Name)) ?? 1;
            _connection.Execute(Statements.InsertModel, ModelRow.From(model with { Version = version }).Parameters);
            _connection.Execute(Statements.DropOldModels, ("name", model.Name), ("newest", version), ("kept", IModelStore.KeptVersions));
            transaction.Commit();
            return version;
        });
    }

    /// <inheritdoc/>
    public ModelRecord? ReadLatestAccepted(string name) => ReadModels(name, leastAccepted: 1, latest: 1).SingleOrDefault();

    /// <inheritdoc/>
    public IReadOnlyList<ModelRecord> ReadModels(string name) => ReadModels(name, leastAccepted: 0, latest: IModelStore.KeptVersions + 1);

    private List<ModelRecord> ReadModels(string name, int leastAccepted, int latest) => Guarded(() => _connection
        .Query(Statements.ReadModels, ModelRow.Read, ("name", name), ("leastAccepted", leastAccepted), ("latest", latest), ("longest", ModelRecord.MaximumBodyLength))
        .Select(Checked)
        .ToList());

    private ModelRecord Checked(ModelRow row) => row.Checksum == row.ExpectedChecksum()
        ? row.ToModel()
        : throw new StoreException($"The model {row.Name} v{row.Version} in the store {_path} is damaged (its checksum does not match), and it is not used: train a new one.");

    private sealed record ModelRow
    {
        public string Name { get; init; } = "";

        public long Version { get; init; }

        public long CreatedTicks { get; init; }

        public string Kind { get; init; } = "";

        public string Judgement { get; init; } = "";

        public long Accepted { get; init; }

        public string Body { get; init; } = "";

        public string Checksum { get; init; } = "";

        public (string Name, object? Value)[] Parameters =>
        [
            (nameof(Name), Name),
            (nameof(Version), Version),
            (nameof(CreatedTicks), CreatedTicks),
            (nameof(Kind), Kind),
            (nameof(Judgement), Judgement),
            (nameof(Accepted), Accepted),
            (nameof(Body), Body),
            (nameof(Checksum), Checksum),
        ];

        public static ModelRow Read(DbDataReader row) => new()
        {
            Name = row.GetString(0),
            Version = row.GetInt64(1),
            CreatedTicks = row.GetInt64(2),
            Kind = row.GetString(3),
            Judgement = row.GetString(4),
            Accepted = row.GetInt64(5),
            Body = row.GetString(6),
            Checksum = row.GetString(7),
        };

        public static ModelRow From(ModelRecord m)
        {
            var row = new ModelRow
            {
                Name = m.Name,
                Version = m.Version,
                CreatedTicks = m.CreatedAt.UtcTicks,
                Kind = m.Kind,
                Judgement = m.Judgement,
                Accepted = m.IsAccepted ? 1 : 0,
                Body = m.Body,
            };
            return row with { Checksum = row.ExpectedChecksum() };
        }

        public string ExpectedChecksum() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            string.Join('\0', Name, Version, CreatedTicks, Kind, Judgement, Accepted, Body))));

        public ModelRecord ToModel() => new(Name, Version, Kind, Accepted == 1, Judgement, Body, At(CreatedTicks));
    }
}
