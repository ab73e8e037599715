using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MaaS.Catalog.Migrations
{
    /// <inheritdoc />
    public partial class Requests : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "answers_kept_days",
                table: "revisions",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "provider",
                table: "revisions",
                type: "text",
                nullable: false,
                defaultValue: "auto");

            migrationBuilder.CreateTable(
                name: "kept_answers",
                columns: table => new
                {
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: false),
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    labels = table.Column<string[]>(type: "text[]", nullable: true),
                    numbers = table.Column<float?[]>(type: "real[]", nullable: true),
                    true_labels = table.Column<string[]>(type: "text[]", nullable: true),
                    true_numbers = table.Column<double?[]>(type: "double precision[]", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_kept_answers", x => new { x.deployment_id, x.request_id });
                    table.ForeignKey(
                        name: "fk_kept_answers_deployments_deployment_id",
                        column: x => x.deployment_id,
                        principalTable: "deployments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_kept_answers_model_versions_version_id",
                        column: x => x.version_id,
                        principalTable: "model_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "samplings",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    requests = table.Column<int>(type: "integer", nullable: false),
                    taken = table.Column<int>(type: "integer", nullable: false),
                    keeps_all = table.Column<bool>(type: "boolean", nullable: false),
                    keeps = table.Column<string[]>(type: "text[]", nullable: false),
                    redacts = table.Column<string[]>(type: "text[]", nullable: false),
                    started_by = table.Column<string>(type: "text", nullable: false),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ends_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_samplings", x => x.id);
                    table.ForeignKey(
                        name: "fk_samplings_deployments_deployment_id",
                        column: x => x.deployment_id,
                        principalTable: "deployments",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "request_samples",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sampling_id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    request_id = table.Column<string>(type: "text", nullable: true),
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    protocol = table.Column<string>(type: "text", nullable: false),
                    rows = table.Column<int>(type: "integer", nullable: false),
                    asked = table.Column<string>(type: "json", nullable: false),
                    answered = table.Column<string>(type: "json", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_request_samples", x => x.id);
                    table.ForeignKey(
                        name: "fk_request_samples_model_versions_version_id",
                        column: x => x.version_id,
                        principalTable: "model_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_request_samples_samplings_sampling_id",
                        column: x => x.sampling_id,
                        principalTable: "samplings",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_kept_answers_deployment_id_at",
                table: "kept_answers",
                columns: new[] { "deployment_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_kept_answers_expires_at",
                table: "kept_answers",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "ix_kept_answers_version_id",
                table: "kept_answers",
                column: "version_id");

            migrationBuilder.CreateIndex(
                name: "ix_request_samples_at",
                table: "request_samples",
                column: "at");

            migrationBuilder.CreateIndex(
                name: "ix_request_samples_sampling_id_id",
                table: "request_samples",
                columns: new[] { "sampling_id", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_request_samples_version_id",
                table: "request_samples",
                column: "version_id");

            migrationBuilder.CreateIndex(
                name: "ix_samplings_deployment_id",
                table: "samplings",
                column: "deployment_id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "kept_answers");

            migrationBuilder.DropTable(
                name: "request_samples");

            migrationBuilder.DropTable(
                name: "samplings");

            migrationBuilder.DropColumn(
                name: "answers_kept_days",
                table: "revisions");

            migrationBuilder.DropColumn(
                name: "provider",
                table: "revisions");
        }
    }
}
