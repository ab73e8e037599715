using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MaaS.Catalog.Migrations
{
    /// <inheritdoc />
    public partial class Rollout : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "guard",
                table: "revisions",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "shadow_percent",
                table: "revisions",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "shadow_version_id",
                table: "revisions",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "comparisons",
                columns: table => new
                {
                    deployment_id = table.Column<Guid>(type: "uuid", nullable: false),
                    revision_number = table.Column<int>(type: "integer", nullable: false),
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    shadow_version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    agreed = table.Column<long>(type: "bigint", nullable: false),
                    disagreed = table.Column<long>(type: "bigint", nullable: false),
                    failed = table.Column<long>(type: "bigint", nullable: false),
                    dropped = table.Column<long>(type: "bigint", nullable: false),
                    milliseconds = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_comparisons", x => new { x.deployment_id, x.revision_number, x.version_id, x.shadow_version_id });
                    table.ForeignKey(
                        name: "fk_comparisons_model_versions_shadow_version_id",
                        column: x => x.shadow_version_id,
                        principalTable: "model_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_comparisons_model_versions_version_id",
                        column: x => x.version_id,
                        principalTable: "model_versions",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "fk_comparisons_revisions_deployment_id_revision_number",
                        columns: x => new { x.deployment_id, x.revision_number },
                        principalTable: "revisions",
                        principalColumns: new[] { "deployment_id", "number" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_revisions_shadow_version_id",
                table: "revisions",
                column: "shadow_version_id");

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_shadow_version_id",
                table: "comparisons",
                column: "shadow_version_id");

            migrationBuilder.CreateIndex(
                name: "ix_comparisons_version_id",
                table: "comparisons",
                column: "version_id");

            migrationBuilder.AddForeignKey(
                name: "fk_revisions_model_versions_shadow_version_id",
                table: "revisions",
                column: "shadow_version_id",
                principalTable: "model_versions",
                principalColumn: "id",
                onDelete: ReferentialAction.Restrict);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "fk_revisions_model_versions_shadow_version_id",
                table: "revisions");

            migrationBuilder.DropTable(
                name: "comparisons");

            migrationBuilder.DropIndex(
                name: "ix_revisions_shadow_version_id",
                table: "revisions");

            migrationBuilder.DropColumn(
                name: "guard",
                table: "revisions");

            migrationBuilder.DropColumn(
                name: "shadow_percent",
                table: "revisions");

            migrationBuilder.DropColumn(
                name: "shadow_version_id",
                table: "revisions");
        }
    }
}
